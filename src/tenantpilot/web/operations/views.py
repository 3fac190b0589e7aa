"""Monitoring → Operations: lists, run detail, cancel. They read the database only (OPS-32)."""

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenantpilot.artifacts.models import Artifact
from tenantpilot.operations.models import OperationRun, RunItem
from tenantpilot.operations.monitoring.wait_reasons import Waiting, why
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import (
    SignedInRequest,
    TenantRequest,
    WorkspaceRequest,
    requires,
    workspace_plane,
)
from tenantpilot.web.frame.conditional import answer_if_changed
from tenantpilot.web.operations import cancel_result
from tenantpilot.web.operations.cancellations import cancel_action
from tenantpilot.web.operations.item_table import ITEMS
from tenantpilot.web.operations.run_actions import actions_of
from tenantpilot.web.operations.run_facts import run_of_tenant
from tenantpilot.web.operations.run_page import ask_before_cancelling, cancel, facts_shown, tag_of, will_have_items
from tenantpilot.web.operations.tables import RUNS, SAVED_RUNS, SAVED_WORKSPACE_RUNS, WORKSPACE_RUNS
from tenantpilot.web.operations.workspace_runs import runs_across
from tenantpilot.web.ui.saved_views.available import AvailableViews, views_across, views_in_tenant
from tenantpilot.web.ui.saved_views.menu import menu_beside
from tenantpilot.web.ui.tables.bulk import bulk_of
from tenantpilot.web.ui.tables.listing import Listing, asks_for_list, listing


@require_GET
@requires(Capability.OPERATIONS_VIEW)
def operations(request: TenantRequest) -> HttpResponse:
    """Return the runs of one tenant."""
    rows = OperationRun.objects.of_tenant(request.tenant).for_list()
    views = views_in_tenant(request, SAVED_RUNS)
    several = cancel_action(reverse("cancel-operation-runs", args=[request.tenant.slug]))
    bulk = bulk_of("run", several if request.access.may(Capability.OPERATIONS_CANCEL) else None)
    context = {"heading": _("Operations"), "bulk": bulk, **_cancel_result(request)}
    return listing(request, RUNS, rows, "web/operations/page.html", context, menu_beside(views))


@require_GET
@workspace_plane
def workspace_operations(request: WorkspaceRequest) -> HttpResponse:
    """Return the runs of every tenant and of every whole workspace in which the person may see operations."""
    rows = runs_across(request).for_list()
    views = views_across(request, SAVED_WORKSPACE_RUNS)
    context = {"heading": _("Operations"), "shows_tenants": True, **_cancel_result(request)}
    return listing(request, WORKSPACE_RUNS, rows, "web/operations/workspace.html", context, partial(_across, views))


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
            tag_of(run, waiting),
            lambda: render(request, "web/operations/run_answer.html", _facts(request, run, waiting)),
        )
    context |= {**_facts(request, run, waiting), "has_items": will_have_items(run) or items.exists()}
    return listing(request, ITEMS, items, "web/operations/run.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.OPERATIONS_CANCEL)
def cancel_operation_run(request: TenantRequest, run_id: int) -> HttpResponse:
    """GET asks for confirmation without script; POST cancels. A run that has ended meanwhile shows how."""
    run = run_of_tenant(request.tenant, run_id)
    if request.method == "GET":
        return ask_before_cancelling(request, run, actions_of(run, request.access))
    return cancel(run, actor=request.user)


def _cancel_result(request: SignedInRequest) -> dict[str, Any]:
    """Return the result of the last bulk cancel; a request for the list alone leaves it for the page."""
    return {} if asks_for_list(request) else {"cancelled": cancel_result.take(request)}


def _across(views: AvailableViews, listing: Listing) -> dict[str, Any]:
    """Rows are chosen to cancel them, so where there is none to cancel there is nothing to choose."""
    can = any(run.may_cancel for run in listing.rows)
    several = cancel_action(reverse("workspace-cancel-operation-runs"))
    return {**menu_beside(views)(listing), "bulk": bulk_of("run", several if can else None)}


def _facts(request: TenantRequest, run: OperationRun, waiting: Waiting | None) -> dict[str, Any]:
    actions = actions_of(run, request.access)
    return {"run": run, "actions": actions, "file": _file_of(run, request), **facts_shown(run, waiting)}


def _file_of(run: OperationRun, request: TenantRequest) -> Artifact | None:
    """Return the file that the run made for this person, as long as it can be downloaded."""
    if run.completed_at is None:
        return None
    ready = Artifact.objects.ready().owned_by(request.user)
    return ready.filter(run=run, expires_at__gt=timezone.now()).first()
