"""The saved views that a person finds at one list, and what the person may do with them (SEC-02, UX-20)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenantpilot.tenancy.access import TenantAccess, WorkspaceAccess
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant, User, Workspace
from tenantpilot.tenancy.roles import roles_with
from tenantpilot.web.frame.access import TenantRequest, WorkspaceRequest
from tenantpilot.web.ui.saved_views.models import SavedView, SavedViewQuerySet
from tenantpilot.web.ui.tables.declaration import Table

Words = str | Promise


@dataclass(frozen=True)
class SavedList:
    """A list whose views can be saved.

    `url_name` is the address of the list, empty for the workspace's own page, and `prefix` begins the names of the
    addresses of its views, both without the "workspace-" of the plane of all tenants. `capability` is what a person
    needs to see the list. `all_label` names the list without filters.
    """

    table: Table
    url_name: str
    prefix: str
    capability: Capability
    label: Words
    all_label: Words


@dataclass(frozen=True)
class AvailableViews:
    """The views of a list of one tenant, or, without `access`, of the list of all tenants of `workspaces`."""

    person: User
    listed: SavedList
    access: TenantAccess | None = None
    workspaces: tuple[WorkspaceAccess, ...] = ()

    @property
    def table(self) -> Table:
        return self.listed.table

    @property
    def tenant(self) -> Tenant | None:
        return self.access.tenant if self.access else None

    @property
    def places(self) -> list[Workspace]:
        """Return the workspaces in which a view can be kept."""
        return [self.access.tenant.workspace] if self.access else [access.workspace for access in self.workspaces]

    @property
    def views(self) -> SavedViewQuerySet:
        """Own ones, and those that others share with this person."""
        own = self._here(workspace.pk for workspace in self.places).of_person(self.person)
        return (own | self._here(self._read_in()).shared()).select_related("owner", "workspace").by_name()

    def find(self, pk: int) -> SavedView:
        """Raises Http404: for who may not see it, it is not there."""
        saved_view: SavedView | None = self.views.filter(pk=pk).first()
        if saved_view is None:
            raise Http404
        return saved_view

    def find_own(self, pk: int) -> SavedView:
        """Return the view, if the person owns it. Raises Http404."""
        view = self.find(pk)
        if not self.owns(view):
            raise Http404
        return view

    def owns(self, view: SavedView) -> bool:
        return view.owner_id == self.person.pk

    def may_share(self, workspace_id: int) -> bool:
        return self._may(workspace_id, Capability.VIEW_SHARE)

    @property
    def why_not_share(self) -> str:
        """Empty if the person may share somewhere; says who can otherwise."""
        if any(self.may_share(place.pk) for place in self.places):
            return ""
        if self.access:
            return self.access.why_not(Capability.VIEW_SHARE)
        able = " / ".join(str(role.label) for role in roles_with(Capability.VIEW_SHARE))
        return _("To share views here you need to be %(able)s of the workspace.") % {"able": able}

    def may_unshare(self, view: SavedView) -> bool:
        """Its owner; else whoever manages the members, for a view whose owner has left."""
        return self.owns(view) or self._may(view.workspace_id, Capability.MEMBER_MANAGE)

    @property
    def list_url(self) -> str:
        return self._reversed(self.listed.url_name)

    def url(self, name: str, *ids: int) -> str:
        """Return the address of "saved-views", "rename-saved-view", … of this list on this plane."""
        return self._reversed(f"{self.listed.prefix}{name}", *ids)

    def _reversed(self, name: str, *ids: int) -> str:
        if self.access:
            return reverse(name, args=[self.access.tenant.slug, *ids])
        return reverse("-".join(filter(None, ("workspace", name))), args=ids)

    def _here(self, workspace_ids: Iterable[int]) -> SavedViewQuerySet:
        listed = SavedView.objects.of_list(self.table.name)
        return listed.of_tenant(self.tenant) if self.tenant else listed.across_tenants(workspace_ids)

    def _read_in(self) -> list[int]:
        """A view across tenants may name any of them, so members of single tenants do not read shared ones."""
        return [access.workspace.pk for access in self.workspaces if access.may(self.listed.capability)]

    def _may(self, workspace_id: int, capability: Capability) -> bool:
        if self.access:
            return self.access.may(capability)
        return any(access.may(capability) for access in self.workspaces if access.workspace.pk == workspace_id)


def views_in_tenant(request: TenantRequest, listed: SavedList) -> AvailableViews:
    return AvailableViews(request.user, listed, access=request.access)


def views_across(request: WorkspaceRequest, listed: SavedList) -> AvailableViews:
    return AvailableViews(request.user, listed, workspaces=tuple(request.workspaces))


_SAVEABLE: dict[str, SavedList] = {}


def saveable(listed: SavedList) -> SavedList:
    """Let views of this list be saved; the feature that owns the list calls it where it declares the table."""
    _SAVEABLE[listed.table.name] = listed
    return listed


def saveable_list(table_name: str) -> SavedList:
    """Return the list that a feature offered with the table of this name. Raises KeyError."""
    return _SAVEABLE[table_name]
