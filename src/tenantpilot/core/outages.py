"""Tell an outage of our own database from a statement that it refuses.

An outage says nothing of the work that met it: the same statement works once the database is back. A refusal does:
the same statement would be refused again.
"""

from django.db import Error, InterfaceError, OperationalError

# Classes of PostgreSQL's codes (https://www.postgresql.org/docs/current/errcodes-appendix.html): the connection, a
# transaction that collided with another, the server's resources, an operator's intervention, the system below it.
_OUTAGE_CLASSES = ("08", "40", "53", "57", "58")
# A lock that was not to be had, a database that is read-only for a while, a session that idled too long.
_OUTAGE_STATES = ("55P03", "25006", "25P03")
# SQLite's primary codes (https://sqlite.org/rescode.html): BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL,
# CANTOPEN, PROTOCOL.
_SQLITE_OUTAGES = frozenset({5, 6, 7, 8, 9, 10, 13, 14, 15})


def is_outage(error: BaseException | None) -> bool:
    """Return True if the error, or the one that led to it, says that our database is away, read-only or full."""
    while error is not None:
        if isinstance(error, Error) and _says_outage(error):
            return True
        error = error.__cause__ or (error.__context__ if isinstance(error, Error) else None)
    return False


def _says_outage(error: Error) -> bool:
    """The driver's error is the cause of Django's."""
    cause = error.__cause__
    sqlite_code = getattr(cause, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return (sqlite_code & 0xFF) in _SQLITE_OUTAGES
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return state.startswith(_OUTAGE_CLASSES) or state in _OUTAGE_STATES
    return isinstance(error, OperationalError | InterfaceError) and not _is_sqlite(cause)


def _is_sqlite(cause: BaseException | None) -> bool:
    """Without a code it is the driver's own complaint about a value."""
    return type(cause).__module__.partition(".")[0] in {"pysqlite3", "sqlite3"}
