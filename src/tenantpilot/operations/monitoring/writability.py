"""Find out if the database takes changes: it may answer every question and yet be read-only, or have no room left."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from django.db import DatabaseError, InterfaceError, ProgrammingError, connection, transaction

from tenantpilot.core.sanitizing import failure

LEAST_FREE_BYTES = 1_000_000
LOOKS_EVERY_SECONDS = 2.0
# About as many bytes, of which nothing stays. A role that may make no temporary tables is not asked for one.
_FILL = "CREATE TEMPORARY TABLE writability ON COMMIT DROP AS SELECT generate_series(1, 30000)"


class Trouble(StrEnum):
    """The reason that nothing can be written, as `/readyz` says it."""

    UNAVAILABLE = "database_unavailable"
    READ_ONLY = "database_read_only"
    FULL = "disk_full"


def trouble_with_writing() -> Trouble | None:
    """Return the trouble for which the database takes no changes, or None. Changes nothing, and waits for no lock."""
    try:
        return _of_file() if connection.vendor == "sqlite" else _of_server()
    except (DatabaseError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        return Trouble.FULL if failure(error).code == Trouble.FULL else Trouble.UNAVAILABLE


def _of_file() -> Trouble | None:
    file = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only")
        is_refused = bool(cursor.fetchone()[0])
    if is_refused or not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        return Trouble.READ_ONLY
    return Trouble.FULL if shutil.disk_usage(file.parent).free < LEAST_FREE_BYTES else None


def _of_server() -> Trouble | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        if cursor.fetchone()[0] == "on":
            return Trouble.READ_ONLY
        with suppress(ProgrammingError), transaction.atomic():
            cursor.execute(_FILL)
            transaction.set_rollback(True)
    return None


class Lookout:
    """Looks for all who ask within a short while: a stranger who asks all the time costs the database nothing."""

    def __init__(
        self, look: Callable[[], Trouble | None] = trouble_with_writing, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._look, self._ticks = look, ticks
        self._lock = threading.Lock()
        self._looked_at, self._trouble = float("-inf"), None  # type: float, Trouble | None

    def trouble(self) -> Trouble | None:
        """Return the trouble that was seen last, at most two seconds ago."""
        with self._lock:
            if self._ticks() - self._looked_at >= LOOKS_EVERY_SECONDS:
                self._trouble, self._looked_at = self._look(), self._ticks()
            return self._trouble


lookout = Lookout()
"""The process's own."""
