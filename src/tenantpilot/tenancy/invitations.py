"""Inviting people by one-time links, with an audit entry for each step (SEC-08, SEC-09)."""

from datetime import datetime

from django.db import transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.tenancy import access, owners, services
from tenantpilot.tenancy.addresses import canonical
from tenantpilot.tenancy.audit_actions import INVITATION_ACCEPTED, INVITATION_MADE, INVITATION_WITHDRAWN
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.links import INVITATION_LASTS, Invitation, LinkNotValid
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role, roles_with


class ForAnotherPerson(TenantPilotError):
    """The invitation is for another address than that of the person who wants to accept it."""


class AlreadyMember(TenantPilotError):
    """The person has a role there; it is changed, not offered again."""


class HasOwner(TenantPilotError):
    """Its owner invites people; who runs the installation invites the first owner alone."""


def invite_first_owner(*, workspace: Workspace, email: str, actor: User, now: datetime) -> Invitation:
    """Make a link for the first owner of a workspace that nobody owns.

    Raises HasOwner, AddressRefused, AlreadyMember.
    """
    with transaction.atomic():
        owners.lock_workspaces([workspace.pk])
        if owners.has_owner(workspace):
            raise HasOwner(f"{workspace.name} has an owner, who invites everybody else.")
        return invite(workspace=workspace, tenant=None, email=email, role=Role.OWNER, actor=actor, now=now)


def invite(
    *, workspace: Workspace, tenant: Tenant | None, email: str, role: Role, actor: User | None, now: datetime
) -> Invitation:
    """Make a link for whoever has the address. One before it, to the same place, ends.

    Raises AddressRefused, AlreadyMember.
    """
    address = canonical(email)
    with transaction.atomic():
        owners.lock_workspaces([workspace.pk])
        _require_no_member(workspace, tenant, address)
        Invitation.everywhere.filter(workspace=workspace, tenant=tenant, email=address).withdraw(now=now)
        invitation: Invitation = Invitation.everywhere.create(
            workspace=workspace,
            tenant=tenant,
            email=address,
            role=role,
            made_by=actor,
            made_at=now,
            expires_at=now + INVITATION_LASTS,
        )
        _record(INVITATION_MADE, invitation, actor, now)
    return invitation


def withdraw(invitation: Invitation, *, actor: User | None, now: datetime) -> bool:
    """End the invitation. Return False if it was at its end already."""
    with transaction.atomic():
        ended = Invitation.everywhere.filter(pk=invitation.pk).withdraw(now=now)
        if ended:
            _record(INVITATION_WITHDRAWN, invitation, actor, now)
    return bool(ended)


def of_token(token: str, *, now: datetime) -> Invitation:
    """Return the invitation, if who made it may still invite there. Raises LinkNotValid."""
    links = Invitation.everywhere.select_related("workspace", "tenant", "made_by")
    invitation: Invitation = links.of_token(token, now=now)
    if invitation.made_by is not None and not may_invite(invitation.made_by, invitation.workspace, invitation.tenant):
        raise LinkNotValid
    return invitation


def may_invite(person: User, workspace: Workspace, tenant: Tenant | None) -> bool:
    """Say if the person manages members there, now, or runs the installation and nobody owns the workspace yet."""
    if not person.is_active:
        return False
    if person.is_platform_operator and tenant is None and not owners.has_owner(workspace):
        return True
    if tenant is not None:
        return access.tenants_where(person, Capability.MEMBER_MANAGE).filter(pk=tenant.pk).exists()
    roles = roles_with(Capability.MEMBER_MANAGE)
    return WorkspaceMember.everywhere.filter(workspace=workspace, user=person, role__in=roles).exists()


def accept_as_new(token: str, *, display_name: str, password: str, now: datetime) -> User:
    """Make the account that the invitation is for, with its role.

    Raises LinkNotValid, DoesNotFit, AlreadyThere for an address that has an account.
    """
    with transaction.atomic():
        invitation = _spend(token, now)
        audit.lock_chain(invitation.workspace_id)
        person = services.create_person(
            email=invitation.email,
            display_name=display_name,
            password=password,
            is_platform_operator=False,
            actor=invitation.made_by,
            now=now,
        )
        _give_role(invitation, person, now)
    return person


def accept_as(person: User, token: str, *, now: datetime) -> Invitation:
    """Give the role to a person who is signed in. Raises LinkNotValid, ForAnotherPerson, and then spends nothing."""
    with transaction.atomic():
        invitation = of_token(token, now=now)
        if person.email != invitation.email:
            raise ForAnotherPerson("This invitation is for another person.")
        _spend(token, now)
        _give_role(invitation, person, now)
    return invitation


def _spend(token: str, now: datetime) -> Invitation:
    """Lock the workspace before the invitation, as whoever takes a role away does."""
    invitation = of_token(token, now=now)
    owners.lock_workspaces([invitation.workspace_id])
    Invitation.everywhere.use(invitation, now=now)
    return invitation


def _give_role(invitation: Invitation, person: User, now: datetime) -> None:
    """A stronger role that the person was given meanwhile stays."""
    role, actor = Role(invitation.role), invitation.made_by
    _record(INVITATION_ACCEPTED, invitation, person, now)
    if invitation.tenant is not None:
        if not _has_at_least(TenantMember.everywhere.filter(tenant=invitation.tenant, user=person), role):
            services.set_tenant_role(tenant=invitation.tenant, person=person, role=role, actor=actor, now=now)
    elif not _has_at_least(WorkspaceMember.everywhere.filter(workspace=invitation.workspace, user=person), role):
        services.set_workspace_role(workspace=invitation.workspace, person=person, role=role, actor=actor, now=now)


def _has_at_least(memberships: object, role: Role) -> bool:
    held = memberships.values_list("role", flat=True).first()  # type: ignore[attr-defined]
    strongest_first = list(Role)
    return held is not None and strongest_first.index(Role(held)) <= strongest_first.index(role)


def _require_no_member(workspace: Workspace, tenant: Tenant | None, address: str) -> None:
    person = User.objects.of_address(address)
    if person is None:
        return
    if tenant is not None:
        is_member = TenantMember.everywhere.filter(tenant=tenant, user=person).exists()
    else:
        is_member = WorkspaceMember.everywhere.filter(workspace=workspace, user=person).exists()
    if is_member:
        place = (tenant or workspace).name
        raise AlreadyMember(f"{person.display_name} is a member of {place} already. Change the role instead.")


def _record(action: AuditAction, invitation: Invitation, actor: User | None, now: datetime) -> None:
    """The address is personal data (OPS-12): the entry has the id, and of the address the domain."""
    audit.record(
        action,
        workspace_id=invitation.workspace_id,
        tenant_id=invitation.tenant_id,
        actor=actor,
        target_type="invitation",
        target_id=invitation.pk,
        after={"role": invitation.role, "at": invitation.email.rpartition("@")[2]},
        at=now,
    )
