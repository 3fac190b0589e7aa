"""The frame that every page stands in (UX-01), asked of the database only where a template draws it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from tenantpilot.operations.monitoring.activity import Activity, activity_of
from tenantpilot.operations.notices import visible_to
from tenantpilot.tenancy.access import TenantAccess, WorkspaceAccess, access_with, platform_capabilities, workspaces
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.isolation import across_workspaces
from tenantpilot.tenancy.models import Tenant, TenantMember, User
from tenantpilot.tenancy.roles import Role
from tenantpilot.tenancy.stops import Stop, stop_of
from tenantpilot.web.frame import navigation, toasts

THEME_COOKIE = "tenantpilot_theme"
THEMES = ("light", "dark")
KEYS_COOKIE = "tenantpilot_keys"
UNREAD_AT_MOST = 99
CONNECTING = ("connection", "change-directory", "change-application", "change-credential")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context processor."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}


@dataclass
class Frame:
    """The data of top bar, side navigation, toast region and widget."""

    request: HttpRequest

    @property
    def theme(self) -> str:
        """Empty: as the system."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def keys_are_off(self) -> bool:
        return self.request.COOKIES.get(KEYS_COOKIE) == "off"

    @cached_property
    def person(self) -> User | None:
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @property
    def access(self) -> TenantAccess | None:
        return getattr(self.request, "access", None)

    @property
    def plane(self) -> str:
        if self.access:
            return "tenant"
        is_of_platform = any(self._view in (item.view, *item.also_current_on) for item in navigation.platform_items())
        return "platform" if is_of_platform or not self.workspaces else "workspace"

    @property
    def is_member(self) -> bool:
        """Of anything: on a tenant's page that is known without asking."""
        return self.access is not None or bool(self.workspaces)

    @cached_property
    def workspaces(self) -> list[WorkspaceAccess]:
        if self.person is None:
            return []
        workspace_access: list[WorkspaceAccess] | None = getattr(self.request, "workspaces", None)
        with across_workspaces():
            return workspaces(self.person) if workspace_access is None else workspace_access

    def access_in(self, tenant: Tenant | None) -> TenantAccess | None:
        """Return the person's standing in a tenant that a list shows; at most one query for the whole page."""
        if tenant is None or (self.access and self.access.tenant.pk == tenant.pk):
            return self.access
        through = next(
            (held.roles for held in self.workspaces if held.workspace.pk == tenant.workspace_id), frozenset()
        )
        direct = frozenset() if Role.OWNER in through else self._direct_roles.get(tenant.pk, frozenset())
        return access_with(tenant, through | direct) if through | direct else None

    @cached_property
    def _direct_roles(self) -> dict[int, frozenset[Role]]:
        with across_workspaces():
            held = TenantMember.everywhere.filter(user=self.person).values_list("tenant_id", "role")
            return {tenant_id: frozenset({Role(role)}) for tenant_id, role in held}

    @cached_property
    def groups(self) -> list[navigation.LinkGroup]:
        if self.access:
            slug, allowed = self.access.tenant.slug, self.access.capabilities
            return navigation.groups(navigation.tenant_items(), view=self._view, allowed=allowed, tenant=slug)
        if self.plane == "platform":
            allowed = platform_capabilities(self.person) if self.person else frozenset()
            items = navigation.platform_items() if allowed else ()
            return navigation.groups(items, view=self._view, allowed=allowed)
        allowed = frozenset[Capability]().union(*(access.capabilities for access in self.workspaces))
        return navigation.groups(navigation.workspace_items(), view=self._view, allowed=allowed)

    @cached_property
    def unread(self) -> str:
        """Empty when nothing is unread, "99+" above 99 (UX-68)."""
        if self.person is None:
            return ""
        with across_workspaces():
            waiting = visible_to(self.person).unread()[: UNREAD_AT_MOST + 1].count()
        return f"{UNREAD_AT_MOST}+" if waiting > UNREAD_AT_MOST else str(waiting or "")

    @cached_property
    def activity(self) -> Activity:
        """Return the active runs as they were before the page was read, or as they are now for a page of an error."""
        if read_before := getattr(self.request, "activity", None):
            return cast(Activity, read_before)
        with across_workspaces():
            return activity_of(self.person)

    @cached_property
    def stop(self) -> Stop | None:
        """Return the stop of all work or of the page's tenant, or None."""
        if self.person is None:
            return None
        if self.access:
            return stop_of(self.access.tenant) if self.access.tenant.archived_at is None else None
        return stop_of(self.workspaces[0].workspace if self.workspaces else None)

    @property
    def is_unconnected(self) -> bool:
        """Of the page's tenant: nothing can be read yet. The page that connects it says so itself."""
        tenant = self.access.tenant if self.access else None
        return bool(tenant and not tenant.is_connected and not tenant.archived_at and self._view not in CONNECTING)

    @property
    def may_connect(self) -> bool:
        return bool(self.access and self.access.may(Capability.CREDENTIAL_MANAGE))

    @property
    def why_not_connect(self) -> str:
        return self.access.why_not(Capability.CREDENTIAL_MANAGE) if self.access else ""

    @property
    def may_manage_tenant(self) -> bool:
        return bool(self.access and self.access.may(Capability.TENANT_MANAGE))

    @property
    def may_stop_tenant(self) -> bool:
        return bool(self.access and self.access.may(Capability.OPERATIONS_CANCEL))

    @property
    def may_resume(self) -> bool:
        """A tenant's work whoever may stop it, all work the operator of the installation."""
        if self.stop and self.stop.tenant:
            return self.may_stop_tenant
        return bool(self.person and self.person.is_platform_operator)

    @cached_property
    def toasts(self) -> list[dict[str, Any]]:
        return toasts.take(self.request)

    @property
    def workspace_url(self) -> str:
        return reverse("workspace")

    @property
    def tenant_url(self) -> str:
        """Of the tenant's overview; empty on the other planes."""
        return reverse("tenant-overview", args=[self.access.tenant.slug]) if self.access else ""

    @property
    def home(self) -> str:
        return reverse("home")

    @property
    def _view(self) -> str:
        match = self.request.resolver_match
        return (match.url_name or "") if match else ""
