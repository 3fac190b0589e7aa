"""A link remembers when the mail server took its mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0010_removal_of_tenants")]

    operations = [
        migrations.AddField(name, "mailed_at", models.DateTimeField(null=True))
        for name in ("invitation", "accountlink")
    ]
