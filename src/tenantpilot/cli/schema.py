"""Check that the database has the schema of this program."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tenantpilot.cli.problems import not_migrated
from tenantpilot.tenancy import row_security
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
    """Apply what is missing, as the owner of the tables, and protect the rows; answers what was applied."""
    missing = missing_migrations()
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    if settings.ROW_SECURITY and settings.OWNS_DATABASE:
        row_security.turn_on(connection, role=settings.APPLICATION_ROLE)
    return missing


def has_tables() -> bool:
    """Return True if the tables of this program are there at all."""
    return Workspace._meta.db_table in connection.introspection.table_names()
