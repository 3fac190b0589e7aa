"""All work of a tenant, or of the installation, can be stopped; a copied database is told from the recorded one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0006_accounts")]

    operations = [
        migrations.AddField("tenant", "stopped_at", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            "Installation",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("database_identity", models.CharField(default="", max_length=120)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stop_reason", models.CharField(max_length=16, null=True)),
            ],
            options={
                "db_table": "installation",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="installation_once"),
                ],
            },
        ),
    ]
