"""A tenant is connected once Microsoft has let TenantPilot in, and can be archived; a workspace can be archived too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0008_people_links")]

    operations = [
        migrations.AddField("workspace", "archived_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("tenant", "application_id", models.UUIDField(blank=True, null=True)),
        migrations.AddField("tenant", "signed_in_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("tenant", "restores_wanted_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("tenant", "archived_at", models.DateTimeField(blank=True, null=True)),
    ]
