"""The outcome in the index of a tenant's operations of one type, so that it answers how many of them failed by itself.

On PostgreSQL work goes on meanwhile: the new index is made and the old one dropped CONCURRENTLY, since a plain CREATE
INDEX holds up every start and end of a run, and every sign of life, until it has read all runs there are. That cannot
be part of a transaction, hence `atomic = False`; a migration that was broken off leaves an index that nobody uses, is
not recorded, and begins with dropping that one. SQLite has one writer in any case: 3 s for a million runs.
"""

from django.db import migrations, models

from tenantpilot.core.migration_sql import RunStatements, Statements

NAME = "operation_run_of_type_ix"
BEFORE = "(tenant_id, type, id DESC, workspace_id, initiator_id)"
AFTER = "(tenant_id, type, id DESC, workspace_id, initiator_id, outcome)"


def made_anew(columns: str) -> Statements:
    """There is always one of the two that answers, under whichever name."""
    return {
        "sqlite": [f"DROP INDEX IF EXISTS {NAME}", f"CREATE INDEX {NAME} ON operation_runs {columns}"],
        "postgresql": [
            f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}_new",
            f"CREATE INDEX CONCURRENTLY {NAME}_new ON operation_runs {columns}",
            f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}",
            f"ALTER INDEX {NAME}_new RENAME TO {NAME}",
        ],
    }


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operations", "0008_seconds_spent")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[RunStatements(made_anew(AFTER), made_anew(BEFORE))],
            state_operations=[
                migrations.RemoveIndex("operationrun", NAME),
                migrations.AddIndex(
                    "operationrun",
                    models.Index(fields=["tenant", "type", "-id", "workspace", "initiator", "outcome"], name=NAME),
                ),
            ],
        ),
    ]
