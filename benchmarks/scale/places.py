"""Who and where: the workspaces, tenants and people of a long history. The same at every length of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

WORKSPACES, TENANTS, PEOPLE = 10, 40, 40
"""Tenants and people are those of each workspace. The first tenant of the first has a quarter of all runs."""


@dataclass(frozen=True)
class Places:
    """Whose questions are asked: a large tenant and a small one, an owner of the workspace, members of some tenants."""

    large: Any
    small: Any
    owner: Any
    operator: Any
    guest: Any


SMALL = (20, 21, 22)


def places() -> Places:
    """Those that were made."""
    from tenantpilot.tenancy.models import Tenant, User

    tenants = Tenant.everywhere.select_related("workspace").in_bulk([1, SMALL[0]])
    people = User.objects.in_bulk([1, 2, 3])
    return Places(tenants[1], tenants[SMALL[0]], people[1], people[2], people[3])


def make_places() -> Places:
    """Into an empty database. Their ids count from one, as the statements of `loading` expect."""
    from tenantpilot.operations.models import Schedule
    from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace, WorkspaceMember
    from tenantpilot.tenancy.roles import Role

    since = datetime(2020, 1, 1, tzinfo=UTC)
    spaces = [Workspace(id=n, slug=f"w{n}", name=f"Workspace {n}", created_at=since) for n in range(1, WORKSPACES + 1)]
    Workspace.objects.bulk_create(spaces)
    Tenant.everywhere.bulk_create(
        Tenant(
            id=n, workspace=spaces[(n - 1) // TENANTS], slug=f"t{n}", name=f"Tenant {n}", entra_tenant_id=UUID(int=n)
        )
        for n in range(1, WORKSPACES * TENANTS + 1)
    )
    User.objects.bulk_create(
        User(id=n, email=f"p{n}@scale.example", display_name=f"Person {n}", password="!")
        for n in range(1, WORKSPACES * PEOPLE + 1)
    )
    Schedule.everywhere.bulk_create(
        Schedule(
            id=n,
            workspace=spaces[(n - 1) // TENANTS],
            tenant_id=n,
            name="Inventory",
            type="inventory_sync",
            frequency="hourly",
            time_zone="UTC",
            next_slot_at=since,
            paused_at=since,
            created_by_id=1,
            created_at=since,
        )
        for n in range(1, WORKSPACES * TENANTS + 1)
    )
    for n, space in enumerate(spaces):
        WorkspaceMember.everywhere.create(workspace=space, user_id=n * PEOPLE + 1, role=Role.OWNER)
    TenantMember.everywhere.create(workspace=spaces[0], tenant_id=1, user_id=2, role=Role.OPERATOR)
    for tenant in SMALL:
        TenantMember.everywhere.create(workspace=spaces[0], tenant_id=tenant, user_id=3, role=Role.OPERATOR)
    return places()
