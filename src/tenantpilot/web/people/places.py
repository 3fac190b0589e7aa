"""Find where roles are given: workspaces and tenants whose members a person manages."""

from dataclasses import dataclass

from django.http import Http404

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, TenantMember, User, Workspace, WorkspaceMember
from tenantpilot.tenancy.roles import Role
from tenantpilot.web.frame.access import TenantRequest, WorkspaceRequest


@dataclass(frozen=True)
class Place:
    """A workspace, or one of its tenants. `key` names it in forms."""

    workspace: Workspace
    tenant: Tenant | None = None

    @property
    def key(self) -> str:
        return f"tenant-{self.tenant.pk}" if self.tenant else f"workspace-{self.workspace.pk}"

    @property
    def name(self) -> str:
        return str((self.tenant or self.workspace).name)

    def role_of(self, person: User) -> Role | None:
        """The role that was given here: not one that comes through the workspace."""
        memberships = (
            TenantMember.everywhere.filter(tenant=self.tenant, user=person)
            if self.tenant
            else WorkspaceMember.everywhere.filter(workspace=self.workspace, user=person)
        )
        held = memberships.values_list("role", flat=True).first()
        return Role(held) if held else None


def managed_workspaces(request: WorkspaceRequest) -> list[Workspace]:
    """Those whose people the person manages. Raises PermissionDenied by `people_plane` before, if there are none."""
    return [held.workspace for held in request.workspaces if held.may(Capability.MEMBER_MANAGE)]


def managed_places(request: WorkspaceRequest) -> list[Place]:
    """Each workspace, followed by its tenants by name."""
    homes = managed_workspaces(request)
    tenants = list(Tenant.everywhere.filter(workspace__in=homes).by_name())
    return [
        place
        for home in homes
        for place in (Place(home), *(Place(home, tenant) for tenant in tenants if tenant.workspace_id == home.pk))
    ]


def place_of_key(request: WorkspaceRequest, key: str) -> Place:
    """Raises Http404 for a place that the person does not manage."""
    place = next((place for place in managed_places(request) if place.key == key), None)
    if place is None:
        raise Http404
    return place


def place_of_tenant(request: TenantRequest) -> Place:
    return Place(request.tenant.workspace, request.tenant)


def person_in(workspaces: list[Workspace], person_id: int) -> User:
    """Return somebody who has a role in one of these workspaces. Raises Http404."""
    person = User.objects.filter(pk=person_id).first()
    if person is None or not _has_role(person, workspaces):
        raise Http404
    return person


def _has_role(person: User, workspaces: list[Workspace]) -> bool:
    through = WorkspaceMember.everywhere.filter(workspace__in=workspaces, user=person)
    return through.exists() or TenantMember.everywhere.filter(workspace__in=workspaces, user=person).exists()
