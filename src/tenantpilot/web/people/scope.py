"""The same pages on two planes: people of workspaces, and members of one tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.links import Invitation
from tenantpilot.tenancy.models import Tenant, User, Workspace
from tenantpilot.web.frame.access import TenantRequest, WorkspaceRequest, requires, workspace_plane
from tenantpilot.web.people.places import Place, managed_places, managed_workspaces, person_in, place_of_tenant

IN_TENANT = {
    "people": "members",
    "invite-person": "invite-member",
    "invitation": "member-invitation",
    "withdraw-invitation": "withdraw-member-invitation",
    "change-role": "change-member-role",
    "remove-role": "remove-member",
}
View = Callable[..., HttpResponse]
Guarded = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class PeopleScope:
    """A place to manage people from: `places` are those in which they give roles, `tenant` is that of the page."""

    actor: User
    places: list[Place]
    tenant: Tenant | None = None

    def url(self, name: str, *ids: int) -> str:
        """The address of a page on this plane."""
        return reverse(IN_TENANT[name], args=[self.tenant.slug, *ids]) if self.tenant else reverse(name, args=ids)

    @property
    def workspaces(self) -> list[Workspace]:
        return [place.workspace for place in self.places if place.tenant is None]

    def place(self, key: str) -> Place:
        """Raises Http404 for a place in which the actor gives no roles."""
        places_by_key = {place.key: place for place in self.places}
        if self.tenant is None and key not in places_by_key:
            raise Http404
        return places_by_key[key] if self.tenant is None else self.places[0]

    def find_person(self, person_id: int, place: Place) -> User:
        """Return somebody whom this plane shows. Raises Http404."""
        if self.tenant is None:
            return person_in(self.workspaces, person_id)
        person = User.objects.filter(pk=person_id).first()
        if person is None or place.role_of(person) is None:
            raise Http404
        return person

    def find_invitation(self, invitation_id: int) -> Invitation:
        """Raises Http404."""
        return _found(self.invitations().filter(pk=invitation_id).first())

    def invitations(self) -> Any:
        """Those to places of this plane."""
        links = Invitation.objects.select_related("workspace", "tenant", "made_by")
        return links.filter(tenant=self.tenant) if self.tenant else links.filter(workspace__in=self.workspaces)


def of_workspaces(view: View) -> Guarded:
    """The address on the workspace plane, for those who manage the members of a workspace."""

    @workspace_plane
    @wraps(view)
    def answered(request: WorkspaceRequest, /, **ids: int) -> HttpResponse:
        if not managed_workspaces(request):
            raise PermissionDenied(_("To manage the people of a workspace you need to be its owner."))
        return view(request, PeopleScope(request.user, managed_places(request)), **ids)

    return answered


def of_tenant(view: View) -> Guarded:
    """The address on the tenant plane, for those who manage its members."""

    @requires(Capability.MEMBER_MANAGE)
    @wraps(view)
    def answered(request: TenantRequest, /, **ids: int) -> HttpResponse:
        return view(request, PeopleScope(request.user, [place_of_tenant(request)], request.tenant), **ids)

    return answered


def _found(invitation: Invitation | None) -> Invitation:
    if invitation is None:
        raise Http404
    return invitation
