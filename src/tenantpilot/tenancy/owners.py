"""Every workspace keeps an owner who can come in, whoever asks to take the last one away, however many at once."""

from collections.abc import Iterable
from typing import Any

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role


class LastOwner(TenantPilotError):
    """It would leave a workspace or tenant without an owner who can come in."""


def lock_workspaces(workspace_ids: Iterable[int]) -> None:
    """Let nobody else change owners of these workspaces until the transaction ends."""
    list(Workspace.objects.select_for_update(no_key=True).filter(pk__in=list(workspace_ids)).order_by("pk"))


def require_another_owner(workspace: Workspace, person: User) -> None:
    """Refuse to take the role of owner from the last active owner. Needs the lock. Raises LastOwner."""
    if _is_last(_owners_of(workspace.pk), person):
        raise LastOwner(f"{person.display_name} is the last owner of {workspace.name}. Make somebody else owner first.")


def require_another_tenant_owner(tenant: Tenant, person: User) -> None:
    """The same for one tenant, which the owners of the workspace own as well. Raises LastOwner."""
    direct = TenantMember.everywhere.filter(tenant=tenant, role=Role.OWNER, user__is_active=True)
    if _is_last(direct, person) and not _owners_of(tenant.workspace_id).exists():
        raise LastOwner(f"{person.display_name} is the last owner of {tenant.name}. Make somebody else owner first.")


def require_others_in_all(person: User) -> None:
    """For one who is to come in no more: refuse if they are the last owner anywhere. Raises LastOwner."""
    with everything():
        owned = WorkspaceMember.everywhere.filter(user=person, role=Role.OWNER)
        lock_workspaces(owned.values_list("workspace_id", flat=True))
        for membership in owned.select_related("workspace"):
            require_another_owner(membership.workspace, person)


def has_owner(workspace: Workspace) -> bool:
    """Say if somebody who can come in owns the workspace."""
    with everything():
        return bool(_owners_of(workspace.pk).exists())


def _owners_of(workspace_id: int) -> Any:
    return WorkspaceMember.everywhere.filter(workspace_id=workspace_id, role=Role.OWNER, user__is_active=True)


def _is_last(owners: Any, person: User) -> bool:
    return owners.filter(user=person).exists() and not owners.exclude(user=person).exists()
