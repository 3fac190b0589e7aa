"""The optional permissions that a connection check did not see."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0008_policy_assignment_count_policy_changed_run"),
    ]

    operations = [
        migrations.AddField(
            model_name="policytypeaccess",
            name="missing_optional",
            field=models.JSONField(null=True),
        ),
    ]
