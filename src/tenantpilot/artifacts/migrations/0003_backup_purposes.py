"""Purposes of the files of backup sets. SQLite rebuilds the table, so its triggers go and come again."""

from django.conf import settings
from django.db import migrations, models

from tenantpilot.artifacts import guards
from tenantpilot.core.migration_sql import RunStatements


class Migration(migrations.Migration):
    dependencies = [
        ("artifacts", "0002_guards"),
        ("operations", "0013_skipped_slots"),
        ("tenancy", "0011_mailed_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunStatements(guards.REMOVE, guards.INSTALL_BEFORE_SEALING),
        migrations.RemoveConstraint(
            model_name="artifact",
            name="artifact_purpose_known",
        ),
        migrations.AlterField(
            model_name="artifact",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("policy_export", "Export of policies"),
                    ("backup_export", "Export of a backup set"),
                    ("backup_import", "Upload of a backup set"),
                    ("library_upload", "Upload for the library"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="artifact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purpose__in", ["policy_export", "backup_export", "backup_import", "library_upload"])
                ),
                name="artifact_purpose_known",
            ),
        ),
        RunStatements(guards.INSTALL_BEFORE_SEALING, guards.REMOVE),
    ]
