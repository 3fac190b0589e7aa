"""The key that seals an upload. SQLite rebuilds the table, so its triggers go and come again."""

from django.db import migrations, models

from tenantpilot.artifacts import guards
from tenantpilot.core.migration_sql import RunStatements


class Migration(migrations.Migration):
    dependencies = [("artifacts", "0003_backup_purposes")]

    operations = [
        RunStatements(guards.REMOVE, guards.INSTALL_BEFORE_SEALING),
        migrations.AddField(
            model_name="artifact",
            name="key_id",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        RunStatements(guards.INSTALL, guards.REMOVE),
    ]
