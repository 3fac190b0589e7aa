from typing import Any

from django.db import migrations, models

from tenantpilot.backups.requests import BackupRequest


def fill(apps: Any, schema_editor: Any) -> None:
    """Give the sets that are there the width of what they were asked for."""
    sets = apps.get_model("backups", "BackupSet")._base_manager.using(schema_editor.connection.alias)
    for key, asked in sets.exclude(asked={}).values_list("pk", "asked").iterator(chunk_size=500):
        sets.filter(pk=key).update(width=BackupRequest.from_json(asked).width)


class Migration(migrations.Migration):
    dependencies = [
        ("backups", "0005_backupday"),
    ]

    operations = [
        migrations.AddField(
            model_name="backupset",
            name="width",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
