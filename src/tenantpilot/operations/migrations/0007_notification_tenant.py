"""The tenant of a notification beside its run: so that a person's notifications are counted from an index alone.

A column that may be null is added in place on both engines, and no table of SQLite is rebuilt.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import PROTECT, Q

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.operations import guards
from tenantpilot.operations.guards import notifications

_OF_ITS_RUN = """
UPDATE notifications
SET tenant_id = (SELECT tenant_id FROM operation_runs WHERE operation_runs.id = notifications.run_id)
WHERE run_id IS NOT NULL
"""


def fill(_apps: Any, schema_editor: Any) -> None:
    """The guard lets nothing but the reading change, and is set aside for this one statement."""
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute(_OF_ITS_RUN)
        return
    schema_editor.execute("ALTER TABLE notifications DISABLE TRIGGER notification_guard")
    schema_editor.execute(_OF_ITS_RUN)
    schema_editor.execute("ALTER TABLE notifications ENABLE TRIGGER notification_guard")


class Migration(migrations.Migration):
    dependencies = [("operations", "0006_list_indexes"), ("tenancy", "0002_guards")]

    operations = [
        # Taken back, the column goes with a table of SQLite that is made anew: without the triggers that it had before.
        RunStatements({}, {"sqlite": guards.INSTALL["sqlite"]}),
        migrations.RemoveIndex("notification", "notification_of_person_ix"),
        migrations.RemoveIndex("notification", "notification_unread_ix"),
        migrations.AddField(
            "notification",
            "tenant",
            models.ForeignKey("tenancy.tenant", on_delete=PROTECT, null=True, related_name="+", db_index=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "notification",
            models.Index(
                fields=["recipient", "-id", "tenant", "workspace", "read_at"], name="notification_of_person_ix"
            ),
        ),
        migrations.AddIndex(
            "notification",
            models.Index(
                fields=["recipient", "-id", "tenant", "workspace"],
                name="notification_unread_ix",
                condition=Q(read_at=None),
            ),
        ),
        RunStatements(notifications.INSTALL, notifications.REMOVE),
    ]
