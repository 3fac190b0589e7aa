"""The workspace plane: the person's tenants, and the switcher that keeps the page (UX-03)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.inventory.sync_age import STALE_AFTER
from tenantpilot.tenancy.access import TenantAccess, accesses
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.frame.access import WorkspaceRequest, visible_tenants, workspace_plane
from tenantpilot.web.frame.addresses import LONGEST
from tenantpilot.web.frame.navigation import tenant_items
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.saved_views.available import views_across
from tenantpilot.web.ui.saved_views.menu import menu_beside
from tenantpilot.web.ui.tables.bulk import bulk_of
from tenantpilot.web.ui.tables.listing import listing
from tenantpilot.web.workspace.syncing import may_sync_all, sync_action, with_may_sync
from tenantpilot.web.workspace.tables import SAVED_TENANTS, TENANTS, with_state

SHOWN = 30


@require_GET
@workspace_plane
def workspace(request: WorkspaceRequest) -> HttpResponse:
    """Return the tenants that the person may see, with how fresh they are and what is under way."""
    now = timezone.now()
    visible = visible_tenants(request.user, Capability.TENANT_VIEW)
    rows = with_may_sync(request, with_state(Tenant.everywhere.filter(pk__in=visible)))
    context: dict[str, Any] = {"heading": _("Tenants"), "now": now, "stale_before": now - STALE_AFTER}
    context["may_add"] = any(place.may(Capability.TENANT_MANAGE) for place in request.workspaces)
    context["may_sync"] = may_sync_all(request)
    context["bulk"] = bulk_of("tenant", sync_action() if context["may_sync"] else None)
    available_views = views_across(request, SAVED_TENANTS)
    return listing(request, TENANTS, rows, "web/workspace/page.html", context, menu_beside(available_views))


@require_GET
@workspace_plane
def tenant_switcher(request: WorkspaceRequest) -> HttpResponse:
    """Return the switcher's content, or only its options while somebody types."""
    at = parameters.text(request.GET, "at", longest=LONGEST)
    typed = parameters.text(request.GET, "q").casefold()
    matches = [access for access in accesses(request.user) if typed in access.tenant.name.casefold()]
    place = _Place.of(at)
    options = [(access, place.in_tenant(access), access.tenant.slug == place.tenant) for access in matches[:SHOWN]]
    template = (
        "web/workspace/switcher_options.html" if parameters.is_sent(request.GET, "q") else "web/workspace/switcher.html"
    )
    return render(request, template, {"options": options, "at": at, "more": len(matches) - len(options)})


@dataclass(frozen=True)
class _Place:
    """The place of the person: the tenant, and the current page of its navigation."""

    tenant: str = ""
    view: str = "tenant-overview"

    @classmethod
    def of(cls, address: str) -> "_Place":
        try:
            match = resolve(address.partition("?")[0])
        except Resolver404:
            return cls()
        pages = (item.view for item in tenant_items() if match.url_name in {item.view, *item.also_current_on})
        return cls(str(match.kwargs.get("tenant", "")), next(pages, "tenant-overview"))

    def in_tenant(self, access: TenantAccess) -> str:
        """Return the same page there, if the person may see it, else that tenant's overview."""
        item = next(item for item in tenant_items() if item.view == self.view)
        is_allowed = item.capability is None or access.may(item.capability)
        return reverse(self.view if is_allowed else "tenant-overview", args=[access.tenant.slug])
