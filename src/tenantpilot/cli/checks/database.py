"""The database: that it answers, and that it refuses what it must refuse."""

import re
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from tenantpilot.cli.problems import Problem, not_migrated
from tenantpilot.cli.schema import missing_migrations
from tenantpilot.tenancy import owned_keys, row_security

OLDEST_SQLITE, OLDEST_POSTGRESQL = (3, 51, 3), 150_000
MOST_SECONDS_APART = 5.0
AGAIN = "Restore the database from a backup, or apply the migration that makes them again."


def it_answers() -> str:
    """Raises DatabaseError, Problem."""
    return _sqlite_version() if connection.vendor == "sqlite" else _postgresql_version()


def it_is_migrated() -> str:
    """Raises Problem."""
    if missing := missing_migrations():
        raise not_migrated(len(missing))
    return "every migration is applied"


def its_guards_are_there() -> str:
    """Triggers and composite keys, which no model shows. Raises Problem."""
    expected = expected_guards(connection.vendor)
    _refuse_missing("guards", expected, _names(_GUARDS[connection.vendor]))
    return f"{len(expected)} triggers and constraints"


def its_keys_are_there() -> str:
    """Keys between owned tables, which follow from the models alone. Raises Problem."""
    if missing := sorted(key.name for key in owned_keys.missing_keys(connection)):
        raise Problem(f"{len(missing)} keys between tables are missing: {_few(missing)}", "Run: tenantpilot migrate")
    return "tables point only into their own workspace and tenant"


def its_indexes_are_there() -> str:
    """Return those of every model of ours, unique ones included. Raises Problem."""
    expected = expected_indexes()
    _refuse_missing("indexes", expected, _names(_INDEXES[connection.vendor]))
    return f"{len(expected)} indexes"


def its_rows_are_protected() -> str:
    """Return True where row-level security is turned on. Raises Problem."""
    if not settings.ROW_SECURITY:
        return "row-level security is off (see docs/how-to/turn-on-row-level-security.md)"
    state = row_security.inspect(connection)
    if state.bypasses:
        raise Problem(
            f"The database role {state.role} bypasses row-level security.",
            "Take SUPERUSER and BYPASSRLS from it, or sign in as another (TENANTPILOT_DATABASE_URL).",
        )
    if state.unprotected:
        named = ", ".join(state.unprotected[:3])
        raise Problem(
            f"{len(state.unprotected)} tables have no policy: {named}",
            "Run tenantpilot migrate with TENANTPILOT_OWNER_DATABASE_URL.",
        )
    return f"the policies bind {state.role}"


def its_clock_agrees() -> str:
    """Leases are compared across machines. Raises Problem."""
    if connection.vendor == "sqlite":
        return "the same machine"
    before = timezone.now()
    server_time = row("SELECT clock_timestamp()")[0]
    apart = abs((server_time - before).total_seconds())
    if apart > MOST_SECONDS_APART:
        raise Problem(
            f"The clocks of this machine and of the database are {apart:.0f} s apart.", "Let NTP set both of them."
        )
    return f"{apart:.1f} s apart"


def expected_guards(vendor: str) -> set[str]:
    """Return the triggers that the guards of our rooms name, and those that their statements make."""
    created_names = re.compile(r"\b(?:CREATE (?:CONSTRAINT )?TRIGGER|ADD CONSTRAINT)\s+(\w+)", re.IGNORECASE)
    names: set[str] = set()
    for module in _guard_modules():
        names.update(getattr(module, "EXPECTED_TRIGGERS", {}).get(vendor, ()))
        names.update(name for text in module.INSTALL.get(vendor, ()) for name in created_names.findall(text))
    return names


def expected_indexes() -> set[str]:
    """Names of the indexes, and of the unique constraints that are indexes on both engines."""
    metas = [model._meta for model in apps.get_models() if model.__module__.startswith("tenantpilot.")]
    unique = [
        rule.name
        for meta in metas
        for rule in meta.constraints
        if getattr(rule, "condition", None) and _is_unique(rule)
    ]
    return {index.name for meta in metas for index in meta.indexes} | set(unique)


def _is_unique(rule: object) -> bool:
    return type(rule).__name__ == "UniqueConstraint"


def _guard_modules() -> Iterable[Any]:
    for app in apps.get_app_configs():
        if app.name.startswith("tenantpilot.") and find_spec(f"{app.name}.guards"):
            yield import_module(f"{app.name}.guards")


def _refuse_missing(subject: str, expected: set[str], present: set[str]) -> None:
    if missing := sorted(expected - present):
        raise Problem(f"{len(missing)} {subject} are missing: {_few(missing)}", AGAIN)


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")


_GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D' "
    "UNION SELECT conname FROM pg_constraint",
}
_INDEXES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE indisvalid",
}


def _names(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {str(name) for (name,) in cursor.fetchall()}


def row(query: str) -> tuple[Any, ...]:
    """Return the first row that the query answers."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchone())


def _sqlite_version() -> str:
    version = str(row("SELECT sqlite_version()")[0])
    if tuple(int(part) for part in version.split(".")) < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise Problem(
            f"SQLite {version} can corrupt a shared database; {oldest} is needed.", "Install pysqlite3 again."
        )
    return f"SQLite {version} (Python {sys.version_info.major}.{sys.version_info.minor})"


def _postgresql_version() -> str:
    number, name = row("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
    if number < OLDEST_POSTGRESQL:
        raise Problem(f"PostgreSQL {name} is too old; 15 is needed.", "Update the server.")
    return f"PostgreSQL {name}"
