"""Check that the database has the schema of this program."""

from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from tenantpilot.cli.problems import not_migrated, rows_break_a_key
from tenantpilot.tenancy import owned_keys, row_security
from tenantpilot.tenancy.models import Workspace


def missing_migrations() -> list[str]:
    """Return the migrations to run, as "app.name", in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def require_migrated() -> None:
    """Raises Problem."""
    if missing := missing_migrations():
        raise not_migrated(len(missing))


def migrate() -> list[str]:
    """Apply what is missing, as the owner of the tables, and protect the rows; answers what was applied.

    Raises Problem where rows that are there break a key between owned tables.
    """
    missing = missing_migrations()
    try:
        _apply(missing)
    except IntegrityError as error:
        raise rows_break_a_key(error) from error
    if settings.ROW_SECURITY and settings.OWNS_DATABASE:
        row_security.turn_on(connection, role=settings.APPLICATION_ROLE)
    return missing


def _apply(missing: list[str]) -> None:
    """The keys are looked at each time: a migration that was interrupted, or that failed, may have left some out."""
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    elif owned_keys.missing_keys(connection):
        owned_keys.install(connection)


def has_tables() -> bool:
    """Return True if the tables of this program are there at all."""
    return Workspace._meta.db_table in connection.introspection.table_names()
