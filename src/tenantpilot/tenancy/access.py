"""The one place that decides who sees and does what (SEC-01 to SEC-03).

Not a member, wrong plane, not there: `NotVisible`, which pages answer with the same 404. A member
without the capability: `CapabilityMissing`, a 403. Roles are read anew each time, so that a change
takes effect at once.
"""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import (
    Tenant,
    TenantMember,
    TenantQuerySet,
    User,
    Workspace,
    WorkspaceMember,
    stop_of_all,
)
from tenantpilot.tenancy.roles import (
    IN_ARCHIVED_TENANT,
    PLATFORM_CAPABILITIES,
    ROLE_CAPABILITIES,
    Role,
    roles_with,
)


class NotVisible(TenantPilotError):
    """It does not exist for this person, whether or not it exists."""


class CapabilityMissing(TenantPilotError):
    """The person is a member but may not do this."""

    def __init__(self, capability: Capability) -> None:
        super().__init__(f"capability {capability} is missing")
        self.capability = capability


@dataclass(frozen=True)
class TenantAccess:
    """A person's standing in one tenant."""

    tenant: Tenant
    roles: frozenset[Role]
    capabilities: frozenset[Capability]

    @property
    def role(self) -> Role:
        """Return the strongest."""
        return next(role for role in Role if role in self.roles)

    def may(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def require(self, capability: Capability) -> None:
        """Raises CapabilityMissing."""
        if not self.may(capability):
            raise CapabilityMissing(capability)

    def why_not(self, capability: Capability) -> str:
        """Return the words for a person beside a disabled button; empty if they may."""
        if self.may(capability):
            return ""
        if self.tenant.archived_at is not None and capability not in IN_ARCHIVED_TENANT:
            return _("The tenant is archived. Its data stays readable and nothing runs until an owner brings it back.")
        able = " / ".join(str(role.label) for role in roles_with(capability))
        return _("Your role is %(role)s. To %(what)s you need to be %(able)s.") % {
            "role": self.role.label,
            "what": capability.label,
            "able": able,
        }


@dataclass(frozen=True)
class WorkspaceAccess:
    """A person's standing in a workspace: `roles` is empty for a member of single tenants only."""

    workspace: Workspace
    roles: frozenset[Role]

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset().union(*(ROLE_CAPABILITIES[role] for role in self.roles))

    def may(self, capability: Capability) -> bool:
        return capability in self.capabilities


Person = User | AnonymousUser


def resolve_tenant(person: Person, slug: str) -> TenantAccess:
    """Raises NotVisible."""
    tenant = Tenant.everywhere.select_related("workspace").with_stop_of_all().filter(slug=slug).first()
    roles = _roles_in(tenant, person) if tenant is not None and isinstance(person, User) else frozenset()
    if tenant is None or not roles:
        raise NotVisible(f"tenant {slug!r} is not visible")
    return access_with(tenant, roles)


def accesses(person: User) -> list[TenantAccess]:
    """Return every tenant that the person may see, by name, in two queries more than one."""
    tenants = list(Tenant.everywhere.select_related("workspace").visible_to(person).by_name())
    direct = dict(TenantMember.everywhere.filter(user=person).values_list("tenant_id", "role"))
    through = dict(WorkspaceMember.everywhere.filter(user=person).values_list("workspace_id", "role"))
    pairs = ((tenant, (direct.get(tenant.pk), through.get(tenant.workspace_id))) for tenant in tenants)
    return [access_with(tenant, frozenset(Role(role) for role in roles if role)) for tenant, roles in pairs]


def tenants_where(person: User, capability: Capability) -> TenantQuerySet:
    """Return the tenants in which the person has the capability, for reads that cross tenants (SEC-03)."""
    able = roles_with(capability)
    direct = TenantMember.everywhere.filter(user=person, role__in=able).values("tenant_id")
    through = WorkspaceMember.everywhere.filter(user=person, role__in=able).values("workspace_id")
    tenants = Tenant.everywhere.filter(Q(pk__in=direct) | Q(workspace_id__in=through))
    return tenants if capability in IN_ARCHIVED_TENANT else tenants.filter(archived_at=None)


def workspaces(person: User) -> list[WorkspaceAccess]:
    """Return every workspace in which the person is a member of anything, by name. One query."""
    through = WorkspaceMember.everywhere.filter(user=person)
    direct = TenantMember.everywhere.filter(user=person).values("workspace_id")
    visible = Workspace.objects.filter(Q(pk__in=through.values("workspace_id")) | Q(pk__in=direct))
    rows = visible.annotate(**stop_of_all(), held=Subquery(through.filter(workspace=OuterRef("pk")).values("role")[:1]))
    return [
        WorkspaceAccess(row, frozenset({Role(row.held)} if row.held else ())) for row in rows.order_by("name", "pk")
    ]


def require_in_workspace(person: User, workspace: Workspace, capability: Capability) -> None:
    """Require a role in the whole workspace. Raises NotVisible, CapabilityMissing."""
    own = [access for access in workspaces(person) if access.workspace.pk == workspace.pk and access.roles]
    if not own:
        raise NotVisible(f"workspace {workspace.pk} is not visible")
    if not own[0].may(capability):
        raise CapabilityMissing(capability)


def require_platform(person: Person) -> None:
    """The platform plane. Raises NotVisible for everybody else."""
    if not platform_capabilities(person):
        raise NotVisible("the platform plane is not visible")


def platform_capabilities(person: Person) -> frozenset[Capability]:
    is_operator = isinstance(person, User) and person.is_active and person.is_platform_operator
    return PLATFORM_CAPABILITIES if is_operator else frozenset()


def access_with(tenant: Tenant, roles: frozenset[Role]) -> TenantAccess:
    """Return the standing of somebody who has these roles in the tenant."""
    capabilities = frozenset[Capability]().union(*(ROLE_CAPABILITIES[role] for role in roles))
    if tenant.archived_at is not None:
        capabilities &= IN_ARCHIVED_TENANT
    return TenantAccess(tenant, roles, capabilities)


def _roles_in(tenant: Tenant, person: User) -> frozenset[Role]:
    if not person.is_active:
        return frozenset()
    direct = TenantMember.everywhere.filter(tenant=tenant, user=person).values_list("role", flat=True)
    through = WorkspaceMember.everywhere.filter(workspace_id=tenant.workspace_id, user=person)
    return frozenset(Role(role) for role in direct.union(through.values_list("role", flat=True), all=True))
