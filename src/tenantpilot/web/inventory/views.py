"""Inventory: the list, a policy's page, and where a sync starts."""

import json
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenantpilot.inventory import policy_types
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.portal import opens_the_object, portal_url
from tenantpilot.inventory.services import start_sync
from tenantpilot.inventory.sync_age import synced_at
from tenantpilot.inventory.sync_surface import sync_button
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.showing import newest_of, related_to, shown
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import start_surface
from tenantpilot.web.inventory.tables import POLICIES, SAVED_POLICIES, with_modified
from tenantpilot.web.inventory.touching import runs_touching
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.actions import bulk_actions, page_actions
from tenantpilot.web.ui.policy_actions import POLICY_ACTIONS
from tenantpilot.web.ui.saved_views.available import views_in_tenant
from tenantpilot.web.ui.saved_views.menu import menu_beside
from tenantpilot.web.ui.tables.listing import listing

TABS = ("settings", "related", "runs")


@require_GET
@requires(Capability.INVENTORY_VIEW)
def inventory(request: TenantRequest) -> HttpResponse:
    """Return all policies that were ever seen in the tenant."""
    now = timezone.now()
    rows = with_modified(Policy.objects.of_tenant(request.tenant).with_facts().defer("properties", "description"))
    context = {
        "heading": _("Policies"),
        "now": now,
        "fresh": synced_at(request.tenant, now=now),
        "bulk": bulk_actions(request.access, "policy", POLICY_ACTIONS),
        **sync_button(request.access),
    }
    available_views = views_in_tenant(request, SAVED_POLICIES)
    return listing(request, POLICIES, rows, "web/inventory/page.html", context, menu_beside(available_views))


@require_GET
@requires(Capability.INVENTORY_VIEW)
def policy(request: TenantRequest, policy_id: int) -> HttpResponse:
    """Return one policy: what it sets and who gets it, its relations, and the runs that touched it."""
    result = Policy.objects.of_tenant(request.tenant).select_related("ignored_by").filter(pk=policy_id).first()
    if result is None:
        raise Http404
    tab = parameters.choice(request.GET, "tab", TABS, usual=TABS[0])
    context = {
        "heading": result.name,
        "policy": result,
        "tab": tab,
        "portal_url": portal_url(request.tenant, result),
        "opens_the_object": opens_the_object(result),
        **_tab_content(request, result, tab),
    }
    context["actions"] = page_actions(request.access, "policy", POLICY_ACTIONS, result)
    context["may_capture"] = request.access.may(Capability.POLICY_CAPTURE)
    context["why_not_capture"] = request.access.why_not(Capability.POLICY_CAPTURE)
    return render(request, "web/inventory/policy.html", context)


@require_POST
@requires(Capability.INVENTORY_SYNC)
def start_inventory_sync(request: TenantRequest) -> HttpResponse:
    """Sync all policy types, or the chosen ones."""
    chosen = parameters.texts(request.POST, "policy_types") or None
    try:
        policy_types.chosen(chosen)
    except policy_types.UnknownPolicyType:
        return HttpResponseBadRequest(_("One of the policy types is not known. Reload the page and choose again."))
    return _start(request, chosen, parameters.is_sent(request.POST, "capture"))


@start_surface
def _start(request: TenantRequest, chosen: list[str] | None, capture: bool) -> Started | AlreadyActive:
    now = timezone.now()
    return start_sync(tenant=request.tenant, initiator=request.user, now=now, policy_types=chosen, capture=capture)


def _tab_content(request: TenantRequest, policy: Policy, tab: str) -> dict[str, Any]:
    if tab == "runs":
        return {"runs": runs_touching(request.tenant, policy)}
    if tab == "related":
        return {"related": related_to(request.tenant, policy)}
    if newest := newest_of(policy):
        return {"shown": shown(newest)}
    rows = sorted(policy.properties.items())
    return {
        "properties": [(name, _shown(value)) for name, value in rows],
        "as_json": json.dumps(policy.properties, indent=2, sort_keys=True, ensure_ascii=False),
    }


def _shown(value: Any) -> str:
    """Return a property's value on one line; what is nested reads as JSON."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
