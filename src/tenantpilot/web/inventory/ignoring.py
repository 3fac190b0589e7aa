"""Inventory: taking policies out of care and back, one or all that match the list's filters."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from tenantpilot.inventory.models import Policy, PolicyQuerySet
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.inventory.services import MAX_REASON, start_ignore, start_unignore
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.frame.starts import could_not_start, operation_started
from tenantpilot.web.inventory.tables import POLICIES
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import chosen_ids

Start = Callable[..., Started | AlreadyActive]

SHOWN = 10
BESIDE_FILTERS = (
    "matching",
    "chosen",
    "policy",
    "back",
    "reason",
    "layout",
    "sort",
    "size",
    "at",
    "csrfmiddlewaretoken",
)
"""What a form about all matching policies may send beside the filters; with anything else it cannot be read."""


class ReasonForm(forms.Form):
    """The form of the reason to take policies out of care."""

    reason = forms.CharField(max_length=MAX_REASON, required=False, strip=True)


@require_http_methods(["GET", "POST"])
@requires(Capability.POLICY_IGNORE)
def ignore_policies(request: TenantRequest) -> HttpResponse:
    """GET shows what would be ignored (UX-31, UX-32); POST starts it."""
    form = ReasonForm(request.POST)
    if request.method == "POST" and form.is_valid():
        start = partial(start_ignore, reason=form.cleaned_data["reason"])
        return _started(request, start)
    return _ask(request, "web/inventory/ignore.html", ignoring=True)


@require_http_methods(["GET", "POST"])
@requires(Capability.POLICY_IGNORE)
def unignore_policies(request: TenantRequest) -> HttpResponse:
    """GET shows what would be taken back into care; POST starts it."""
    if request.method == "POST":
        return _started(request, start_unignore)
    return _ask(request, "web/inventory/unignore.html", ignoring=False)


def _started(request: TenantRequest, start: Start) -> HttpResponse:
    """A form that selects nothing, or nothing that can be read, starts nothing."""
    selection = selection_of(request, request.POST)
    if not selection:
        return redirect("inventory", request.tenant.slug)
    try:
        started = start(tenant=request.tenant, initiator=request.user, selection=selection, now=timezone.now())
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return operation_started(request, started)


def _ask(request: TenantRequest, template: str, *, ignoring: bool) -> HttpResponse:
    selection = selection_of(request, request.GET)
    chosen = chosen_policies(request, selection)
    concerned = chosen.in_care() if ignoring else chosen.ignored()
    count = concerned.count()
    context = {
        "heading": _question(count, request.tenant.name, ignoring=ignoring),
        "count": count,
        "unchanged": chosen.count() - count,
        "shown": list(concerned.by_name().only("name")[:SHOWN]),
        "is_filter": isinstance(selection, PolicyFilter),
        "fields": hidden_fields(selection),
        "back": page_before(request, otherwise=reverse("inventory", args=[request.tenant.slug])),
    }
    return render(request, template, context)


def selection_of(request: TenantRequest, query: QueryDict) -> Selection:
    """Return the policies that are named, or all that match where that is asked for. Whatever else is sent is none."""
    if not parameters.is_sent(query, "matching"):
        return chosen_ids(query, "policy")
    filters = POLICIES.filters(query, queryset=Policy.objects.none(), request=request)
    known_parameters = {*filters.form.fields, *BESIDE_FILTERS}
    if not filters.form.is_valid() or set(parameters.names(query)) - known_parameters:
        return []
    return PolicyFilter(**{name: str(value) for name, value in filters.form.cleaned_data.items() if value})


def chosen_policies(request: TenantRequest, selection: Selection) -> PolicyQuerySet:
    policies = Policy.objects.of_tenant(request.tenant)
    return selection.narrow(policies) if isinstance(selection, PolicyFilter) else policies.filter(pk__in=selection)


def hidden_fields(selection: Selection) -> list[tuple[str, Any]]:
    """Return the selection that the form sends: "all matching" is the filter, not the ids (UX-15)."""
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
