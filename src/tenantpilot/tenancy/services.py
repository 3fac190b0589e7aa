"""Setting up workspaces, tenants and people, each with its audit entry."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.unique_writes import write_unique
from tenantpilot.tenancy import owners
from tenantpilot.tenancy.audit_actions import (
    PERSON_CREATED,
    TENANT_CREATED,
    TENANT_ROLE_SET,
    WORKSPACE_CREATED,
    WORKSPACE_RENAMED,
    WORKSPACE_ROLE_SET,
)
from tenantpilot.tenancy.fitting import fitted
from tenantpilot.tenancy.isolation import everything
from tenantpilot.tenancy.models import GRAPH_URL, LOGIN_URL, Tenant, TenantMember, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role


class AlreadyThere(TenantPilotError):
    """Something with this name, address or directory exists."""


class ShortNameTaken(AlreadyThere):
    """Another tenant of the installation has this name in addresses."""


def create_workspace(*, slug: str, name: str, actor: User | None, now: datetime) -> Workspace:
    """Raises AlreadyThere, DoesNotFit."""
    slug, name = fitted(Workspace, slug=slug, name=name)

    def require_free() -> None:
        with everything():
            if Workspace.objects.filter(slug=slug).exists():
                raise AlreadyThere(f"A workspace {slug} exists already.")

    with transaction.atomic():
        workspace = write_unique(require_free, lambda: Workspace.objects.create(slug=slug, name=name, created_at=now))
        _record(WORKSPACE_CREATED, workspace.pk, None, actor, {"slug": slug, "name": name}, now)
    return workspace


def rename_workspace(workspace: Workspace, name: str, *, actor: User | None, now: datetime) -> bool:
    """Return False if it has this name already. Raises DoesNotFit."""
    (name,) = fitted(Workspace, name=name)
    with transaction.atomic():
        record = Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
        if record.name == name:
            return False
        Workspace.objects.filter(pk=record.pk).update(name=name)
        audit.record(
            WORKSPACE_RENAMED,
            workspace_id=record.pk,
            actor=actor,
            before={"name": record.name},
            after={"name": name},
            at=now,
        )
    return True


class WorkspaceArchived(TenantPilotError):
    """No tenant is added to an archived workspace."""


def create_tenant(
    *,
    workspace: Workspace,
    slug: str,
    name: str,
    entra_tenant_id: UUID,
    actor: User | None,
    now: datetime,
    login_url: str = LOGIN_URL,
    graph_url: str = GRAPH_URL,
) -> Tenant:
    """Raises AlreadyThere, ShortNameTaken, DoesNotFit, WorkspaceArchived."""
    slug, name = fitted(Tenant, slug=slug, name=name)

    def require_free() -> None:
        with everything():
            if Tenant.everywhere.filter(slug=slug).exists():
                raise ShortNameTaken(f"A tenant {slug} exists already. Choose another short name.")
        if Tenant.everywhere.filter(workspace=workspace, entra_tenant_id=entra_tenant_id).exists():
            raise AlreadyThere(f"This directory is a tenant of {workspace.name} already.")

    with transaction.atomic():
        owners.lock_workspaces([workspace.pk])
        if Workspace.objects.filter(pk=workspace.pk, archived_at__isnull=False).exists():
            raise WorkspaceArchived(f"The workspace {workspace.name} is archived.")
        new_tenant = Tenant(
            workspace=workspace,
            slug=slug,
            name=name,
            entra_tenant_id=entra_tenant_id,
            login_url=login_url,
            graph_url=graph_url,
            created_at=now,
        )
        tenant = write_unique(require_free, lambda: _saved(new_tenant))
        facts = {"slug": slug, "name": name, "entra_tenant_id": str(entra_tenant_id), "graph_url": graph_url}
        _record(TENANT_CREATED, workspace.pk, tenant.pk, actor, facts, now)
    return tenant


def create_person(
    *,
    email: str,
    display_name: str,
    password: str | None,
    is_platform_operator: bool,
    actor: User | None,
    now: datetime,
) -> User:
    """Raises AlreadyThere, AddressRefused, DoesNotFit. The entry has the id: an address is personal data (OPS-12)."""
    email, display_name = fitted(User, email=email, display_name=display_name)
    with transaction.atomic():
        fields = {"display_name": display_name, "is_platform_operator": is_platform_operator, "created_at": now}
        person = write_unique(
            lambda: require_free_address(email), lambda: User.objects.create_user(email, password, **fields)
        )
        facts = {"person": person.pk, "is_platform_operator": is_platform_operator}
        _record(PERSON_CREATED, audit.INSTALLATION, None, actor, facts, now)
    return person


def require_free_address(address: str, *, of: User | None = None) -> None:
    """Raises AlreadyThere if another person than `of` has the address."""
    other = User.objects.of_address(address)
    if other is not None and (of is None or other.pk != of.pk):
        raise AlreadyThere("Another person has this address." if of else "A person with this address exists already.")


def set_tenant_role(*, tenant: Tenant, person: User, role: Role, actor: User | None, now: datetime) -> TenantMember:
    """Make the person a member of the tenant, or change their role. Raises LastOwner."""
    with transaction.atomic():
        owners.lock_workspaces([tenant.workspace_id])
        if role is not Role.OWNER:
            owners.require_another_tenant_owner(tenant, person)
        before = TenantMember.everywhere.filter(tenant=tenant, user=person).values_list("role", flat=True).first()
        member, _created = TenantMember.everywhere.update_or_create(
            tenant=tenant, user=person, defaults={"workspace_id": tenant.workspace_id, "role": role}
        )
        _record_role(TENANT_ROLE_SET, tenant.workspace_id, tenant.pk, person, before, role, actor, now)
    return member


def set_workspace_role(
    *, workspace: Workspace, person: User, role: Role, actor: User | None, now: datetime
) -> WorkspaceMember:
    """Make the person a member of every tenant of the workspace, or change their role. Raises LastOwner."""
    with transaction.atomic():
        owners.lock_workspaces([workspace.pk])
        if role is not Role.OWNER:
            owners.require_another_owner(workspace, person)
        memberships = WorkspaceMember.everywhere.filter(workspace=workspace, user=person)
        before = memberships.values_list("role", flat=True).first()
        member, _created = WorkspaceMember.everywhere.update_or_create(
            workspace=workspace, user=person, defaults={"role": role}
        )
        _record_role(WORKSPACE_ROLE_SET, workspace.pk, None, person, before, role, actor, now)
    return member


def _saved(tenant: Tenant) -> Tenant:
    tenant.save(force_insert=True)
    return tenant


def _record(
    action: AuditAction,
    workspace_id: int,
    tenant_id: int | None,
    actor: User | None,
    after: Mapping[str, object],
    now: datetime,
) -> None:
    audit.record(action, workspace_id=workspace_id, tenant_id=tenant_id, actor=actor, after=dict(after), at=now)


def _record_role(
    action: AuditAction,
    workspace_id: int,
    tenant_id: int | None,
    person: User,
    before: str | None,
    role: Role,
    actor: User | None,
    now: datetime,
) -> None:
    audit.record(
        action,
        workspace_id=workspace_id,
        tenant_id=tenant_id,
        actor=actor,
        target_type="person",
        target_id=person.pk,
        before={"role": before} if before else None,
        after={"role": role.value},
        at=now,
    )
