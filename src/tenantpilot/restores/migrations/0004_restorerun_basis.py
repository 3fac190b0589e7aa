from django.db import migrations, models

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.restores import guards


class Migration(migrations.Migration):
    dependencies = [
        ("restores", "0003_restorerun_source_set"),
    ]

    operations = [
        migrations.AddField(
            model_name="restorerun",
            name="basis",
            field=models.JSONField(null=True),
        ),
        RunStatements(guards.INSTALL, guards.REMOVE),
    ]
