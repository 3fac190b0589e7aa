"""A kept connection is good if it answers and may write.

A server that is switched over, or told to be read-only for a while, leaves sessions behind that stay read-only when it
no longer is. Django's own check would go on with them for as long as it keeps a connection.
"""

from typing import Any

from django.db import Error
from django.db.backends.postgresql import base

_MAY_WRITE = "SELECT current_setting('transaction_read_only') = 'off'"


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, with a stricter `is_usable`."""

    def is_usable(self) -> bool:
        """Return True if the connection answers and may write. Asked once before each request, job and duty."""
        if self.connection is None:
            return False
        try:
            row: Any = self.connection.execute(_MAY_WRITE).fetchone()
        except (self.Database.Error, Error):
            return False
        return bool(row[0])

    def _close(self) -> None:
        """Let no pool keep a connection of which a statement failed: its session may be read-only for good."""
        if self.connection is not None and self.errors_occurred and self.pool:
            self.connection.close()
        super()._close()  # type: ignore[misc]  # the stubs do not know it
