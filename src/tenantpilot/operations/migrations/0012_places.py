"""How many runs a worker works on at once; and the runs that wait for a slot in an index of their own.

On PostgreSQL the index is made CONCURRENTLY, as in 0009, so that work goes on meanwhile.
"""

from django.db import migrations, models
from django.db.models import Q

from tenantpilot.core.migration_sql import RunStatements, Statements

NAME = "operation_run_put_off_ix"
WHERE = "operation_runs (workspace_id, not_before) WHERE not_before IS NOT NULL AND status = 'queued'"
MADE: Statements = {
    "sqlite": [f"CREATE INDEX IF NOT EXISTS {NAME} ON {WHERE}"],
    "postgresql": [f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}", f"CREATE INDEX CONCURRENTLY {NAME} ON {WHERE}"],
}
DROPPED: Statements = {
    "sqlite": [f"DROP INDEX IF EXISTS {NAME}"],
    "postgresql": [f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"],
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("operations", "0011_broken_schedules")]

    operations = [
        migrations.AddField("processheartbeat", "places", models.PositiveSmallIntegerField(default=1, db_default=1)),
        migrations.SeparateDatabaseAndState(
            database_operations=[RunStatements(MADE, DROPPED)],
            state_operations=[
                migrations.AddIndex(
                    "operationrun",
                    models.Index(
                        condition=Q(status="queued", not_before__isnull=False),
                        fields=["workspace", "not_before"],
                        name=NAME,
                    ),
                )
            ],
        ),
    ]
