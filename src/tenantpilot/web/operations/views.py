"""Monitoring → Operations: lists, run detail, cancel. They read the database only (OPS-32)."""

from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenantpilot.artifacts.models import Artifact
from tenantpilot.operations.badges import RUN
from tenantpilot.operations.links import run_url
from tenantpilot.operations.models import OperationRun, RunItem
from tenantpilot.operations.monitoring.statistics import time_left
from tenantpilot.operations.monitoring.wait_reasons import Waiting, why
from tenantpilot.operations.presenter import count_rows, reason_of
from tenantpilot.operations.rerun import why_not_again, why_not_retry
from tenantpilot.operations.results import CannotCancel
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import (
    SignedInRequest,
    TenantRequest,
    WorkspaceRequest,
    requires,
    visible_tenants,
    workspace_plane,
)
from tenantpilot.web.frame.conditional import answer_if_changed
from tenantpilot.web.operations import cancel_result
from tenantpilot.web.operations.cancellations import cancel_action
from tenantpilot.web.operations.item_table import ITEMS, with_tenants
from tenantpilot.web.operations.run_facts import (
    failures_of,
    run_of_tenant,
    timeline,
)
from tenantpilot.web.operations.tables import RUNS, SAVED_RUNS, SAVED_WORKSPACE_RUNS, WORKSPACE_RUNS
from tenantpilot.web.ui.saved_views.available import Shelf, shelf_across, shelf_in_tenant
from tenantpilot.web.ui.saved_views.menu import menu_beside
from tenantpilot.web.ui.tables.bulk import bulk_of
from tenantpilot.web.ui.tables.listing import Listing, asks_for_list, listing


@require_GET
@requires(Capability.OPERATIONS_VIEW)
def operations(request: TenantRequest) -> HttpResponse:
    """Return the runs of one tenant."""
    rows = OperationRun.objects.of_tenant(request.tenant).for_list()
    shelf = shelf_in_tenant(request, SAVED_RUNS)
    cancel = cancel_action(reverse("cancel-operation-runs", args=[request.tenant.slug]))
    bulk = bulk_of("run", cancel if request.access.may(Capability.OPERATIONS_CANCEL) else None)
    context = {"heading": _("Operations"), "bulk": bulk, **_told(request)}
    return listing(request, RUNS, rows, "web/operations/page.html", context, menu_beside(shelf))


@require_GET
@workspace_plane
def workspace_operations(request: WorkspaceRequest) -> HttpResponse:
    """Return the runs of every tenant in which the person may see operations."""
    tenants = visible_tenants(request.user, Capability.OPERATIONS_VIEW)
    able = tenants_where(request.user, Capability.OPERATIONS_CANCEL).filter(pk=OuterRef("tenant_id"))
    rows = OperationRun.objects.among_tenants(tenants).for_list().annotate(may_cancel=Exists(able))
    shelf = shelf_across(request, SAVED_WORKSPACE_RUNS)
    context = {"heading": _("Operations"), "shows_tenants": True, **_told(request)}
    return listing(request, WORKSPACE_RUNS, rows, "web/operations/workspace.html", context, partial(_across, shelf))


@require_GET
@requires(Capability.OPERATIONS_VIEW)
def operation_run(request: TenantRequest, run_id: int) -> HttpResponseBase:
    """Return one run. The part that lives is asked for again while the run is active (UX-69); its items are a list."""
    run = run_of_tenant(request.tenant, run_id)
    items, context = RunItem.objects.of_run(run.pk), {"run": run, "follows_run": run.is_active}
    if asks_for_list(request):
        return listing(request, ITEMS, items, "web/operations/run.html", context)
    waiting = why(run, now=timezone.now())
    if request.htmx and not request.headers.get("HX-Target"):
        return answer_if_changed(
            request,
            _tag(run, waiting),
            lambda: render(request, "web/operations/run_answer.html", _facts(request, run, waiting)),
        )
    context |= {**_facts(request, run, waiting), "has_items": _will_have_items(run) or items.exists()}
    return listing(request, ITEMS, items, "web/operations/run.html", context)


@require_GET
@workspace_plane
def workspace_operation_run(request: WorkspaceRequest, run_id: int) -> HttpResponseBase:
    """Return a run of a whole workspace, for those who may see its operations."""
    able = [access.workspace for access in request.workspaces if access.may(Capability.OPERATIONS_VIEW)]
    run = OperationRun.objects.filter(tenant=None, workspace__in=able, pk=run_id).first()
    if run is None:
        raise Http404
    facts = {"run": run, "follows_run": run.is_active, **_shown(run, why(run, now=timezone.now()))}
    items = with_tenants(run, RunItem.objects.of_run(run.pk))
    if asks_for_list(request):
        return listing(request, ITEMS, items, "web/operations/run.html", facts)
    if request.htmx and not request.headers.get("HX-Target"):
        return answer_if_changed(
            request, facts["tag"], lambda: render(request, "web/operations/run_answer.html", facts)
        )
    facts["has_items"] = _will_have_items(run) or items.exists()
    return listing(request, ITEMS, items, "web/operations/run.html", facts)


@require_http_methods(["GET", "POST"])
@requires(Capability.OPERATIONS_CANCEL)
def cancel_operation_run(request: TenantRequest, run_id: int) -> HttpResponse:
    """GET asks for confirmation without script; POST cancels. A run that has ended meanwhile shows how."""
    run = run_of_tenant(request.tenant, run_id)
    if request.method == "GET":
        heading = _("Cancel %(operation)s?") % {"operation": operation_types.label(run.type)}
        return render(request, "web/operations/cancel.html", {"run": run, "heading": heading})
    try:
        OperationRunService().request_cancel(run, actor=request.user, now=timezone.now())
    except CannotCancel as error:
        return redirect(run_url(error.run))
    return redirect(run_url(run))


def _told(request: SignedInRequest) -> dict[str, Any]:
    """Return a script that replaces the list alone leaves it to the page."""
    return {} if asks_for_list(request) else {"cancelled": cancel_result.take(request)}


def _across(shelf: Shelf, listing: Listing) -> dict[str, Any]:
    """Rows are chosen to cancel them, so where there is none to cancel there is nothing to choose."""
    can = any(run.may_cancel for run in listing.rows)
    cancel = cancel_action(reverse("workspace-cancel-operation-runs"))
    return {**menu_beside(shelf)(listing), "bulk": bulk_of("run", cancel if can else None)}


def _facts(request: TenantRequest, run: OperationRun, waiting: Waiting | None) -> dict[str, Any]:
    again = next(
        (operation_type.capability for operation_type in operation_types.all() if operation_type.key == run.type), None
    )
    return {
        "run": run,
        "may_cancel": request.access.may(Capability.OPERATIONS_CANCEL),
        "why_not_cancel": request.access.why_not(Capability.OPERATIONS_CANCEL),
        "can_run_again": not why_not_again(run),
        "may_run_again": again is not None and request.access.may(again),
        "why_not_again": request.access.why_not(again) if again else "",
        "can_retry": not why_not_retry(run),
        "file": _file_of(run, request),
        **_shown(run, waiting),
    }


def _file_of(run: OperationRun, request: TenantRequest) -> Artifact | None:
    """Return the file that the run made for this person, as long as it can be downloaded."""
    if run.completed_at is None:
        return None
    ready = Artifact.objects.ready().owned_by(request.user)
    return ready.filter(run=run, expires_at__gt=timezone.now()).first()


def _shown(run: OperationRun, waiting: Waiting | None) -> dict[str, Any]:
    return {
        "heading": f"{operation_types.label(run.type)} #{run.pk}",
        "state": RUN.of(run.state).label,
        "tag": _tag(run, waiting),
        "failures": failures_of(run),
        "reason": reason_of(run),
        "moments": timeline(run, run.events.in_order()),
        "count_rows": count_rows(run.type, run.summary_counts),
        "waiting": waiting,
        "time_left": time_left(run, now=timezone.now()),
        "retries": list(OperationRun.objects.filter(retry_of=run).select_related("tenant").newest_first()[:5]),
    }


def _will_have_items(run: OperationRun) -> bool:
    """They are listed as soon as a worker has found them."""
    return run.is_active and any(
        operation_type.for_items for operation_type in operation_types.all() if operation_type.key == run.type
    )


def _tag(run: OperationRun, waiting: Waiting | None) -> str:
    """Changes with everything on the page that can change while the run is active."""
    live = getattr(run, "live", None)
    parts = [
        run.state,
        run.attempt,
        run.cancel_requested_at,
        run.not_before,
        waiting.text if waiting else "",
        *((live.processed, live.total) if live else ()),
    ]
    return "-".join(str(part) for part in parts).replace(" ", "_").replace('"', "")
