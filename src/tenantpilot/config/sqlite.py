"""Put a current SQLite in the place of Python's own.

SQLite up to 3.51.2 can corrupt a database in WAL mode that several processes write (the WAL-reset
race, https://sqlite.org/wal.html#walresetbug). Debian 12 ships 3.40. The `pysqlite3` wheel bundles
a mended one. This may go once the oldest Python we support is built with SQLite 3.51.3.
"""

import sys

import pysqlite3
from django.core.exceptions import ImproperlyConfigured

OLDEST = (3, 51, 3)


def use_bundled() -> None:
    """Must run before Django opens its first database. Raises ImproperlyConfigured if the bundled one is too old."""
    if pysqlite3.sqlite_version_info < OLDEST:
        raise ImproperlyConfigured(
            f"SQLite {pysqlite3.sqlite_version} can corrupt a shared database; 3.51.3 is needed."
        )
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
