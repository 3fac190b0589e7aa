"""Makes the people and tenants that every test knows; `conftest.py` says who is who."""

from datetime import UTC, datetime
from uuid import UUID

from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace
from tenantpilot.tenancy.roles import Role

PASSWORD = "correct horse battery"
ENTRA = {name: UUID(f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}") for name, digit in (
    ("contoso", "1"), ("fabrikam", "2"), ("adatum", "3"))}  # fmt: skip


def new_workspace(slug: str = "northwind", name: str = "Northwind MSP") -> Workspace:
    return Workspace.objects.create(slug=slug, name=name)


def new_tenant(workspace: Workspace, slug: str) -> Tenant:
    """A tenant that TenantPilot has signed in to before."""
    facts = {"name": slug.title(), "entra_tenant_id": ENTRA[slug], "signed_in_at": datetime(2026, 5, 1, tzinfo=UTC)}
    return Tenant.everywhere.create(workspace=workspace, slug=slug, **facts)


def member(tenant: Tenant, name: str, role: Role) -> User:
    person = User.objects.create_user(f"{name}@{tenant.slug}.example", PASSWORD, display_name=name.title())
    TenantMember.everywhere.create(workspace_id=tenant.workspace_id, tenant=tenant, user=person, role=role)
    return person
