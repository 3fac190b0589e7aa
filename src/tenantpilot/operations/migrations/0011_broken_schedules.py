"""A schedule that can start nothing says so, and since when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0010_item_results")]

    operations = [
        migrations.AddField("schedule", "broken_at", models.DateTimeField(null=True)),
        migrations.AddField("schedule", "fault", models.CharField(max_length=32, null=True)),
    ]
