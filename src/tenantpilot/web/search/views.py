"""The command palette and the search page: pages, tenants and policies, only of what the person may see (SEC-03)."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.policy_types import label_of
from tenantpilot.tenancy.access import TenantAccess, accesses
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import WorkspaceRequest, visible_tenants, workspace_plane
from tenantpilot.web.frame.addresses import page_of_script
from tenantpilot.web.frame.navigation import tenant_items, workspace_items
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.actions import palette_actions
from tenantpilot.web.ui.policy_actions import POLICY_ACTIONS

EACH_AT_MOST = 8
LONGEST = 120


@dataclass(frozen=True)
class Hit:
    label: str | Promise
    detail: str
    icon: str
    url: str


@require_GET
@workspace_plane
def search(request: WorkspaceRequest) -> HttpResponse:
    """Results by kind. Without a word the pages alone."""
    typed = parameters.text(request.GET, "q", longest=LONGEST)
    tenants = accesses(request.user)
    groups = [
        (_("Pages"), _pages(request, tenants, typed)),
        (_("Actions"), _actions(request, tenants, typed)),
        (_("Tenants"), _tenants(tenants, typed)),
        (_("Policies"), _policies(request, typed)),
    ]
    context = {"heading": _("Search"), "typed": typed, "groups": [(name, hits) for name, hits in groups if hits]}
    response = render(request, "web/search/results.html" if request.htmx else "web/search/page.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _pages(request: WorkspaceRequest, tenants: list[TenantAccess], typed: str) -> list[Hit]:
    """Return those of the tenant that the person is in come first."""
    current = next((access for access in tenants if access.tenant.slug == _tenant_of(request)), None)
    hits = [
        Hit(item.label, current.tenant.name, item.icon, reverse(item.view, args=[current.tenant.slug]))
        for item in (tenant_items() if current else ())
        if current and (item.capability is None or current.may(item.capability))
    ]
    allowed = frozenset[Capability]().union(*(workspace.capabilities for workspace in request.workspaces))
    hits += [
        Hit(item.label, _("All tenants"), item.icon, reverse(item.view))
        for item in workspace_items()
        if item.capability is None or item.capability in allowed
    ]
    return [hit for hit in hits if typed.casefold() in str(hit.label).casefold()]


def _actions(request: WorkspaceRequest, tenants: list[TenantAccess], typed: str) -> list[Hit]:
    """Return the actions that the person may take on the policies of the tenant that the palette was opened in."""
    current = next((access for access in tenants if access.tenant.slug == _tenant_of(request)), None)
    if current is None or not typed:
        return []
    offered = palette_actions(current, POLICY_ACTIONS)
    hits = [Hit(offer.action.label, current.tenant.name, offer.action.icon, offer.url) for offer in offered]
    return [hit for hit in hits if typed.casefold() in str(hit.label).casefold()]


def _tenants(tenants: list[TenantAccess], typed: str) -> list[Hit]:
    matches = [access.tenant for access in tenants if typed and typed.casefold() in access.tenant.name.casefold()]
    return [
        Hit(tenant.name, tenant.workspace.name, "building-2", reverse("tenant-overview", args=[tenant.slug]))
        for tenant in matches[:EACH_AT_MOST]
    ]


def _policies(request: WorkspaceRequest, typed: str) -> list[Hit]:
    if not typed:
        return []
    visible = visible_tenants(request.user, Capability.INVENTORY_VIEW)
    policies = Policy.objects.filter(tenant__in=visible).named_like(typed).by_name().select_related("tenant")
    return [
        Hit(
            policy.name,
            f"{label_of(policy.type)} · {policy.tenant.name}",
            "layers",
            reverse("policy", args=[policy.tenant.slug, policy.pk]),
        )
        for policy in policies.only("name", "type", "tenant__name", "tenant__slug")[:EACH_AT_MOST]
    ]


def _tenant_of(request: WorkspaceRequest) -> str:
    """Return the tenant of the page that the palette was opened on."""
    try:
        return str(resolve(page_of_script(request).partition("?")[0]).kwargs.get("tenant", ""))
    except Resolver404:
        return ""
