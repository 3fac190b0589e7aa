"""Tenants of which anything was read have been signed in to: they are connected, and their directory ids stay."""

from typing import Any

from django.db import migrations
from django.db.models import Min


def note_sign_ins(apps: Any, schema_editor: Any) -> None:
    tenants = apps.get_model("tenancy", "Tenant")._base_manager.using(schema_editor.connection.alias)
    for name, when in (("Policy", "first_seen_at"), ("PolicyTypeAccess", "checked_at")):
        rows = apps.get_model("inventory", name)._base_manager.using(schema_editor.connection.alias)
        for tenant_id, first in rows.values_list("tenant").annotate(first=Min(when)).values_list("tenant", "first"):
            tenants.filter(pk=tenant_id, signed_in_at=None).update(signed_in_at=first)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_last_seen_run_of_tenant"),
        ("tenancy", "0009_life_of_tenants"),
    ]

    operations = [migrations.RunPython(note_sign_ins, migrations.RunPython.noop, elidable=True)]
