"""A tenant is removed by an operation; since when, its row says."""

from django.db import migrations, models

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.tenancy import guards


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0009_life_of_tenants")]

    operations = [
        migrations.AddField("tenant", "removal_began_at", models.DateTimeField(blank=True, null=True)),
        RunStatements(*guards.OF_REMOVAL),
    ]
