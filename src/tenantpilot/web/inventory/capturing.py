"""Inventory: taking versions of policies, one or all that match the list's filters."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.services import start_capture
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.inventory.ignoring import SHOWN, chosen_policies, hidden_fields, selection_of


@require_http_methods(["GET", "POST"])
@requires(Capability.POLICY_CAPTURE)
def capture_policies(request: TenantRequest) -> HttpResponse:
    """GET shows what would be captured (UX-31, UX-32); POST starts it."""
    if request.method != "POST":
        return _ask(request, selection_of(request, request.GET))
    selection = selection_of(request, request.POST)
    if not selection:
        return redirect("inventory", request.tenant.slug)
    try:
        started = start_capture(tenant=request.tenant, initiator=request.user, selection=selection, now=timezone.now())
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return operation_started(request, started)


def _ask(request: TenantRequest, selection: Selection) -> HttpResponse:
    chosen = chosen_policies(request, selection)
    count = chosen.count()
    words = ngettext("Capture %(count)d policy of %(tenant)s?", "Capture %(count)d policies of %(tenant)s?", count)
    context = {
        "heading": words % {"count": count, "tenant": request.tenant.name},
        "count": count,
        "unchanged": 0,
        "shown": list(chosen.by_name().only("name")[:SHOWN]),
        "is_filter": isinstance(selection, PolicyFilter),
        "fields": hidden_fields(selection),
        "back": page_before(request, otherwise=reverse("inventory", args=[request.tenant.slug])),
    }
    return render(request, "web/inventory/capture.html", context)
