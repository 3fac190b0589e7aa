"""A schedule can be of a whole workspace. Whose it is never changes."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.operations.guards import schedules


class Migration(migrations.Migration):
    dependencies = [("operations", "0014_schedule_resumed_at"), ("tenancy", "0002_guards")]

    operations = [
        migrations.AlterField(
            "schedule",
            "tenant",
            models.ForeignKey(
                "tenancy.tenant", on_delete=django.db.models.deletion.PROTECT, null=True, related_name="+"
            ),
        ),
        migrations.AddConstraint(
            "schedule",
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(tenant=None), name="schedule_name_once_in_workspace"
            ),
        ),
        RunStatements(schedules.INSTALL, schedules.REMOVE),
    ]
