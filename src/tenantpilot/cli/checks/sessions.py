"""Check the settings of our PostgreSQL sessions.

It is asked as we connect, or by a setting of the database: a pooler may keep the one to itself, and a copy or a
restored backup of the database lacks the other.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tenantpilot.cli.checks.database import row
from tenantpilot.cli.checks.finding import NotLookedAt
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.work.capacity import connections_of
from tenantpilot.operations.monitoring.health import processes

_ALLOWED = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
"""
IDLE = "idle_in_transaction_session_timeout"
_LIMIT = "SELECT setting::int, current_user FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'"
ANEW = "A pooler has to connect anew after that."


def idle_transactions_are_ended() -> str:
    """Check that TENANTPILOT_IDLE_TRANSACTION_SECONDS holds, also behind a pooler. Raises Problem."""
    if connection.vendor == "sqlite":
        raise NotLookedAt("not needed with SQLite")
    milliseconds, role = row(_LIMIT)
    actual, wanted_limit = timedelta(milliseconds=milliseconds), timedelta(seconds=settings.IDLE_TRANSACTION_SECONDS)
    if wanted_limit and actual != wanted_limit:
        raise Problem(
            f"A session that does nothing in a transaction is {_ended(actual)},"
            f" and not after {_seconds(wanted_limit)} as TENANTPILOT_IDLE_TRANSACTION_SECONDS says.",
            f"Behind a pooler, which may ignore what we ask for, run: ALTER ROLE {_quoted(role)} SET {IDLE} ="
            f" '{_seconds(wanted_limit)}'; {ANEW}"
            " Without one make TENANTPILOT_DATABASE_URL ask for the same, or for nothing.",
        )
    nothing_asked = "" if wanted_limit else " (TENANTPILOT_IDLE_TRANSACTION_SECONDS=0)"
    return f"one that does nothing is {_ended(actual)}{nothing_asked}"


def connections_suffice() -> str:
    """Compare what all processes together may hold with what the server allows. Raises Problem."""
    if connection.vendor == "sqlite":
        raise NotLookedAt("not needed with SQLite")
    allowed = int(row(_ALLOWED)[0])
    needed = connections_of(processes(now=timezone.now()))
    if needed > allowed:
        raise Problem(
            f"The processes that are alive may need {needed} connections; the server allows {allowed}.",
            f"Set max_connections of PostgreSQL to {_rounded_up(needed)} or more, or start fewer workers.",
        )
    return f"{needed} of {allowed} at most"


def _rounded_up(needed: int) -> int:
    """Return a number with room for one more worker and for administrators."""
    return -(-(needed + 20) // 50) * 50


def nothing_is_compiled() -> str:
    """Return a migration turns JIT off for the database. Raises Problem."""
    if connection.vendor == "sqlite":
        raise NotLookedAt("not needed with SQLite")
    compiles, database, role = row("SELECT pg_jit_available(), current_database(), current_user")
    if compiles:
        raise Problem(
            "PostgreSQL compiles queries (jit is on), which takes it longer than to answer ours.",
            f"As the owner of the database run: ALTER DATABASE {_quoted(database)} SET jit = off;"
            f" or as anybody: ALTER ROLE {_quoted(role)} SET jit = off; {ANEW}",
        )
    return "jit is off"


def _ended(span: timedelta) -> str:
    return f"ended after {_seconds(span)}" if span else "never ended"


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
