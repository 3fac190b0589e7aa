"""Cancelling several runs at once: those chosen in the list, or all that its filters match (UX-15, UX-32)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.results import CannotCancel
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, WorkspaceRequest, requires, workspace_plane
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.operations import cancel_result
from tenantpilot.web.operations.cancel_result import Cancelled
from tenantpilot.web.operations.tables import RUNS, WORKSPACE_RUNS
from tenantpilot.web.operations.workspace_runs import cancellable_across
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import Action, chosen_ids
from tenantpilot.web.ui.tables.declaration import Table

AT_ONCE, SHOWN = 200, 10


@dataclass(frozen=True)
class Place:
    """Runs that the person may cancel, and the list that they were chosen in."""

    runs: OperationRunQuerySet
    table: Table
    back: str
    target: str


@dataclass(frozen=True)
class Chosen:
    """Runs that were ticked one by one, or all that the filters of the list match."""

    runs: OperationRunQuerySet
    by_filter: bool


@require_http_methods(["GET", "POST"])
@requires(Capability.OPERATIONS_CANCEL)
def cancel_operation_runs(request: TenantRequest) -> HttpResponse:
    """GET asks, POST cancels; of a tenant."""
    runs = OperationRun.objects.of_tenant(request.tenant)
    place = Place(runs, RUNS, reverse("operations", args=[request.tenant.slug]), request.tenant.name)
    return _answer(request, place)


@require_http_methods(["GET", "POST"])
@workspace_plane
def cancel_runs_across_tenants(request: WorkspaceRequest) -> HttpResponse:
    """GET asks, POST cancels; of every tenant and whole workspace in which the person may."""
    place = Place(cancellable_across(request), WORKSPACE_RUNS, reverse("workspace-operations"), _("your tenants"))
    return _answer(request, place)


def cancel_action(url: str) -> Action:
    """Return the bulk actions of the lists. Across tenants a row says itself if the person may."""
    return Action("cancel", gettext_lazy("Cancel runs"), "ban", url, gettext_lazy("{0} of {1} can be cancelled"), _can)


def _can(run: OperationRun) -> bool:
    return run.is_active and run.cancel_requested_at is None and getattr(run, "may_cancel", True)


def _answer(request: Any, place: Place) -> HttpResponse:
    is_sent = request.method == "POST"
    chosen = _chosen(request, place, request.POST) if is_sent else _chosen(request, place, request.GET)
    active = chosen.runs.active().filter(cancel_requested_at=None).oldest_first()
    count = active.count()
    rest_count = 0 if chosen.by_filter else chosen.runs.count() - count
    if is_sent:
        cancel_result.keep(request, _cancel(request, active, rest_count))
        return redirect(page_before(request, otherwise=place.back))
    context = {
        "heading": _question(count, place.target),
        "count": count,
        "at_once": AT_ONCE,
        "others": rest_count,
        "shown": list(active.for_list()[:SHOWN]),
        "fields": parameters.pairs(request.GET),
        "back": page_before(request, otherwise=place.back),
        "list_url": place.back,
    }
    return render(request, "web/operations/cancel_several.html", context)


def _cancel(request: Any, active: OperationRunQuerySet, over: int) -> Cancelled:
    """Of `over` it is known that they cannot be. One that ended meanwhile shows in the list how."""
    service, now, result = OperationRunService(), timezone.now(), Cancelled(over=over)
    for run in list(active[:AT_ONCE]):
        try:
            if service.request_cancel(run, actor=request.user, now=now):
                result.ended += 1
            else:
                result.stopping += 1
        except CannotCancel:
            result.over += 1
    result.left = active.count()
    return result


def _chosen(request: HttpRequest, place: Place, query: QueryDict) -> Chosen:
    """The filter is resolved again, among the runs that the person may cancel. One that makes no sense chooses none."""
    if not parameters.is_sent(query, "matching"):
        return Chosen(place.runs.filter(pk__in=chosen_ids(query, "run")), by_filter=False)
    filters = place.table.filters(query, queryset=place.runs, request=request)
    return Chosen(filters.qs if filters.form.is_valid() else place.runs.none(), by_filter=True)


def _question(count: int, target: str) -> str:
    words = ngettext("Cancel %(count)d operation of %(target)s?", "Cancel %(count)d operations of %(target)s?", count)
    return words % {"count": count, "target": target}
