"""Addresses get one spelling, second addresses go, and seeds of second factors are sealed.

Pages that are gone let anybody claim any address in `account_emailaddress`; nothing reads that table any more.
"""

from functools import partial
from typing import Any

from django.db import migrations

from tenantpilot.tenancy.addresses import AddressRefused, canonical
from tenantpilot.tenancy.second_factors import MARK, changed_secrets, seal_seed


def _spell_addresses(apps: Any, _editor: Any) -> None:
    """One that another person has, or that nobody could type, stays as it is: somebody has to look at it."""
    User = apps.get_model("tenancy", "User")
    for person in User.objects.order_by("pk"):
        try:
            address = canonical(person.email)
        except AddressRefused:
            continue
        if address != person.email and not User.objects.filter(email=address).exists():
            User.objects.filter(pk=person.pk).update(email=address)


def _forget_second_addresses(apps: Any, _editor: Any) -> None:
    apps.get_model("account", "EmailAddress").objects.all().delete()


def _seal_seeds(apps: Any, _editor: Any) -> None:
    """Needs the sealing keys in the settings as soon as anybody has a second factor."""
    for row in apps.get_model("mfa", "Authenticator").objects.order_by("pk"):
        row.data = changed_secrets(row.data, partial(_sealed, row.user_id))
        row.save(update_fields=["data"])


def _sealed(person_id: int, text: str) -> str:
    return text if text.startswith(f"{MARK}:") else seal_seed(text, person_id=person_id)


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0005_attempt_counts"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        migrations.RunPython(_spell_addresses, migrations.RunPython.noop),
        migrations.RunPython(_forget_second_addresses, migrations.RunPython.noop),
        migrations.RunPython(_seal_seeds, migrations.RunPython.noop),
    ]
