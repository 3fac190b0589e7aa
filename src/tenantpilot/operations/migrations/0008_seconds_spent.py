"""How long a run was worked on, so that its time limit goes by no wall clock.

Added in place on both engines: Django would rebuild the table of SQLite for a column that may not be null.
"""

from django.db import migrations, models

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.operations.guards import spending

ADD = "ALTER TABLE operation_runs ADD COLUMN seconds_spent double precision NOT NULL DEFAULT 0"
DROP = "ALTER TABLE operation_runs DROP COLUMN seconds_spent"


class Migration(migrations.Migration):
    dependencies = [("operations", "0007_notification_tenant")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD, DROP)],
            state_operations=[
                migrations.AddField("operationrun", "seconds_spent", models.FloatField(default=0, db_default=0))
            ],
        ),
        RunStatements(spending.INSTALL, spending.REMOVE),
    ]
