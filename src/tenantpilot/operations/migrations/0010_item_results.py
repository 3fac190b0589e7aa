"""An item may wait for somebody outside TenantPilot, and one that is skipped or waits says why."""

from django.db import migrations, models

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.operations.guards import items

STATES = ["pending", "succeeded", "unchanged", "skipped", "waiting", "failed"]
LABELS = [(state, state.capitalize()) for state in STATES]
EXPLAINED = models.Q(state__in=["failed", "skipped", "waiting"])
NOT_EXPLAINED = models.Q(reason_code="", message="")


class Migration(migrations.Migration):
    dependencies = [("operations", "0009_outcome_by_type")]

    operations = [
        # SQLite makes the table anew, and the triggers go with the old one.
        RunStatements(items.REMOVE, items.INSTALL),
        migrations.RemoveConstraint("runitem", "operation_item_state_known"),
        migrations.RemoveConstraint("runitem", "operation_item_failure_explained"),
        migrations.AlterField("runitem", "state", models.CharField(max_length=12, choices=LABELS, default="pending")),
        migrations.AddConstraint(
            "runitem",
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="operation_item_state_known"),
        ),
        migrations.AddConstraint(
            "runitem",
            models.CheckConstraint(
                condition=(EXPLAINED & ~models.Q(reason_code="")) | (~EXPLAINED & NOT_EXPLAINED),
                name="operation_item_result_explained",
            ),
        ),
        RunStatements(items.INSTALL, items.REMOVE),
    ]
