"""Damaged payloads are recorded, and stored again. SQLite rebuilds the tables, so their triggers go and come again."""

from django.db import migrations, models

from tenantpilot.core.migration_sql import RunStatements
from tenantpilot.versions import guards


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0008_policy_assignment_count_policy_changed_run"),
        ("operations", "0015_schedules_of_workspaces"),
        ("tenancy", "0012_emergencyaccount"),
        ("versions", "0007_setting_categories"),
    ]

    operations = [
        RunStatements(guards.REMOVE, guards.INSTALL_BEFORE_MENDING),
        migrations.RemoveConstraint(
            model_name="payload",
            name="payload_codec_known",
        ),
        migrations.RemoveConstraint(
            model_name="policyversion",
            name="version_change_known",
        ),
        migrations.AddField(
            model_name="payload",
            name="damaged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="payload",
            name="mended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="payload",
            name="codec",
            field=models.CharField(choices=[("zlib", "zlib"), ("plain", "plain")], max_length=8),
        ),
        migrations.AlterField(
            model_name="policyversion",
            name="change",
            field=models.CharField(
                choices=[
                    ("first", "First version"),
                    ("form", "Settings or assignments"),
                    ("secret", "A secret alone"),
                    ("repair", "Nothing: the version before is damaged, and this one holds the policy again"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="payload",
            constraint=models.CheckConstraint(
                condition=models.Q(("codec__in", ["zlib", "plain"])), name="payload_codec_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("change__in", ["first", "form", "secret", "repair"])), name="version_change_known"
            ),
        ),
        RunStatements(guards.INSTALL, guards.REMOVE),
    ]
