"""Taking roles away, and what goes with them (SEC-08). Giving them is in `services`."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.tenancy import accounts, owners
from tenantpilot.tenancy.audit_actions import TENANT_MEMBER_REMOVED, WORKSPACE_MEMBER_REMOVED
from tenantpilot.tenancy.links import AccountLink, Invitation
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace, WorkspaceMember


def remove_from_workspace(*, workspace: Workspace, person: User, actor: User | None, now: datetime) -> bool:
    """Take every role in the workspace and its tenants away, end the person's sessions and open links.

    Schedules and operations under way go on. Return False if the person had no role. Raises LastOwner.
    """
    with transaction.atomic():
        owners.lock_workspaces([workspace.pk])
        owners.require_another_owner(workspace, person)
        roles = WorkspaceMember.everywhere.filter(workspace=workspace, user=person)
        in_tenants = TenantMember.everywhere.filter(workspace=workspace, user=person)
        for membership in in_tenants.select_related("tenant"):
            owners.require_another_tenant_owner(membership.tenant, person)
        before = {
            "role": roles.values_list("role", flat=True).first(),
            "tenants": dict(in_tenants.order_by("tenant__slug").values_list("tenant__slug", "role")),
        }
        if not (before["role"] or before["tenants"]):
            return False
        roles.delete()
        in_tenants.delete()
        _end_links(workspace, person, now)
        _record(WORKSPACE_MEMBER_REMOVED, workspace, None, person, actor, before, now)
        accounts.end_sessions(person, actor=actor, now=now)
    return True


def remove_from_tenant(*, tenant: Tenant, person: User, actor: User | None, now: datetime) -> bool:
    """Take the role in one tenant away. One that comes through the workspace stays. Raises LastOwner."""
    with transaction.atomic():
        owners.lock_workspaces([tenant.workspace_id])
        roles = TenantMember.everywhere.filter(tenant=tenant, user=person)
        role = roles.values_list("role", flat=True).first()
        if role is None:
            return False
        owners.require_another_tenant_owner(tenant, person)
        roles.delete()
        links = Invitation.everywhere.filter(tenant=tenant)
        links.filter(email=person.email).withdraw(now=now)
        _record(TENANT_MEMBER_REMOVED, tenant.workspace, tenant, person, actor, {"role": role}, now)
    return True


def _end_links(workspace: Workspace, person: User, now: datetime) -> None:
    """Those to the person and those by the person: nobody comes back, or brings a friend, by a link of before."""
    invitations = Invitation.everywhere.filter(workspace=workspace)
    invitations.filter(email=person.email).withdraw(now=now)
    invitations.filter(made_by=person).withdraw(now=now)
    AccountLink.objects.filter(made_by=person).withdraw(now=now)


def _record(
    action: AuditAction,
    workspace: Workspace,
    tenant: Tenant | None,
    person: User,
    actor: User | None,
    before: Mapping[str, object],
    now: datetime,
) -> None:
    audit.record(
        action,
        workspace_id=workspace.pk,
        tenant_id=tenant.pk if tenant else None,
        actor=actor,
        target_type="person",
        target_id=person.pk,
        before=dict(before),
        at=now,
    )
