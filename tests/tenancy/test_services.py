"""Setting up workspaces, tenants and people leaves an audit entry, and says what is there already."""

from uuid import uuid4

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.tenancy import services
from tenantpilot.tenancy.access import resolve_tenant
from tenantpilot.tenancy.roles import Role


def last_entry():
    return AuditLog.objects.newest_first().first()


def test_a_new_tenant_is_audited_in_its_workspace(northwind, now):
    tenant = services.create_tenant(
        workspace=northwind, slug="tailspin", name="Tailspin", entra_tenant_id=uuid4(), actor=None, now=now
    )
    entry = last_entry()
    assert (entry.action, entry.workspace_id, entry.tenant_id) == ("tenant.created", northwind.pk, tenant.pk)


def test_a_short_name_that_is_taken_is_refused_in_words(contoso, northwind, now):
    with pytest.raises(services.AlreadyThere, match="Choose another short name"):
        services.create_tenant(
            workspace=northwind, slug="contoso", name="Other", entra_tenant_id=uuid4(), actor=None, now=now
        )


def test_the_same_directory_is_not_added_twice_to_a_workspace(contoso, northwind, now):
    with pytest.raises(services.AlreadyThere, match="a tenant of Northwind MSP already"):
        services.create_tenant(
            workspace=northwind,
            slug="contoso-2",
            name="Contoso again",
            entra_tenant_id=contoso.entra_tenant_id,
            actor=None,
            now=now,
        )


def test_a_role_takes_effect_at_once_and_its_change_is_audited_with_before_and_after(contoso, bob, olivia, now):
    services.set_tenant_role(tenant=contoso, person=bob, role=Role.OPERATOR, actor=olivia, now=now)
    assert resolve_tenant(bob, "contoso").role is Role.OPERATOR
    entry = last_entry()
    assert (entry.actor_id, entry.before, entry.after) == (olivia.pk, {"role": "readonly"}, {"role": "operator"})


def test_ops_12_a_new_person_is_audited_without_the_address(database, now):
    services.create_person(
        email="Nina@Example.com", display_name="Nina", password=None, is_platform_operator=False, actor=None, now=now
    )
    assert "example.com" not in str(last_entry().after).lower()


def test_an_address_is_one_person_whatever_its_case(database, now):
    person = {"display_name": "Nina", "password": None, "is_platform_operator": False, "actor": None, "now": now}
    services.create_person(email="nina@example.com", **person)
    with pytest.raises(services.AlreadyThere):
        services.create_person(email="NINA@example.com", **person)
