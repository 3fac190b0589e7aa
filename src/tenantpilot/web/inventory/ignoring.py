"""Inventory: taking policies out of care and back, one or all that match the list's filters."""

from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.inventory.services import start_ignore, start_unignore
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.ui.tables.bulk import chosen_ids

SHOWN = 10


@require_http_methods(["GET", "POST"])
@requires(Capability.POLICY_IGNORE)
def ignore_policies(request: TenantRequest) -> HttpResponse:
    """GET shows what would be ignored (UX-31, UX-32); POST starts it."""
    if request.method == "POST" and _is_confirmed(request):
        return _start(request, ignoring=True)
    return _ask(request, "web/inventory/ignore.html", ignoring=True)


@require_http_methods(["GET", "POST"])
@requires(Capability.POLICY_IGNORE)
def unignore_policies(request: TenantRequest) -> HttpResponse:
    """GET shows what would be taken back into care; POST starts it."""
    if request.method == "POST" and _is_confirmed(request):
        return _start(request, ignoring=False)
    return _ask(request, "web/inventory/unignore.html", ignoring=False)


def _is_confirmed(request: HttpRequest) -> bool:
    """A form that says nothing of a selection is no request to ignore everything."""
    return bool(_ids(request.POST)) or "matching" in request.POST


def _start(request: TenantRequest, *, ignoring: bool) -> HttpResponse:
    try:
        return operation_started(request, _started(request, ignoring=ignoring, now=timezone.now()))
    except DispatchFailed as error:
        return could_not_start(request, error.run)


def _started(request: TenantRequest, *, ignoring: bool, now: datetime) -> Started | AlreadyActive:
    start = partial(start_ignore, reason=request.POST.get("reason", "")) if ignoring else start_unignore
    return start(tenant=request.tenant, initiator=request.user, selection=_selection(request.POST), now=now)


def _ask(request: TenantRequest, template: str, *, ignoring: bool) -> HttpResponse:
    if request.method == "POST":
        return redirect("inventory", request.tenant.slug)
    selection = _selection(request.GET)
    chosen = _chosen(request, selection)
    concerned = chosen.in_care() if ignoring else chosen.ignored()
    count = concerned.count()
    context = {
        "heading": _question(count, request.tenant.name, ignoring=ignoring),
        "count": count,
        "unchanged": chosen.count() - count,
        "shown": list(concerned.by_name().only("name")[:SHOWN]),
        "fields": _hidden(selection),
        "back": reverse("inventory", args=[request.tenant.slug]),
    }
    return render(request, template, context)


def _selection(given: QueryDict) -> Selection:
    ids = _ids(given)
    if ids or ("chosen" in given and "matching" not in given):
        return ids
    return PolicyFilter(**{field.name: given.get(field.name, "") for field in fields(PolicyFilter)})


def _ids(given: QueryDict) -> list[int]:
    return chosen_ids(given, "policy")


def _chosen(request: TenantRequest, selection: Selection) -> PolicyQuerySet:
    policies: PolicyQuerySet = Policy.objects.of_tenant(request.tenant)
    return selection.narrow(policies) if isinstance(selection, PolicyFilter) else policies.filter(pk__in=selection)


def _hidden(selection: Selection) -> list[tuple[str, Any]]:
    """What the form sends: "all matching" is the filter, not the ids (UX-15)."""
    if isinstance(selection, PolicyFilter):
        return [("matching", "1"), *((name, value) for name, value in vars(selection).items() if value)]
    return [("policy", pk) for pk in selection]


def _question(count: int, tenant: str, *, ignoring: bool) -> str:
    words = (
        ngettext("Ignore %(count)d policy of %(tenant)s?", "Ignore %(count)d policies of %(tenant)s?", count)
        if ignoring
        else ngettext(
            "Stop ignoring %(count)d policy of %(tenant)s?", "Stop ignoring %(count)d policies of %(tenant)s?", count
        )
    )
    return words % {"count": count, "tenant": tenant}
