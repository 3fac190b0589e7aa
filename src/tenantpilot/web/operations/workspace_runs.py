"""Runs of a whole workspace: their page, and what may be done with them by a role in the workspace."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.operations import rerun
from tenantpilot.operations.models import OperationRun, RunItem
from tenantpilot.operations.monitoring.wait_reasons import why
from tenantpilot.tenancy.access import WorkspaceAccess, tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Workspace
from tenantpilot.web.frame.access import WorkspaceRequest, visible_tenants, workspace_plane
from tenantpilot.web.frame.conditional import answer_if_changed
from tenantpilot.web.operations.item_table import ITEMS, with_tenants
from tenantpilot.web.operations.retries import Verb, answer_retry
from tenantpilot.web.operations.run_actions import actions_of, why_not
from tenantpilot.web.operations.run_page import ask_before_cancelling, cancel, facts_shown, will_have_items
from tenantpilot.web.ui.tables.listing import asks_for_list, listing


def runs_across(request: WorkspaceRequest) -> Any:
    """Return the runs of tenants and whole workspaces that the person may see; each says if it may be cancelled."""
    tenants = visible_tenants(request.user, Capability.OPERATIONS_VIEW)
    runs = OperationRun.objects.among(tenants, workspaces_where(request, Capability.OPERATIONS_VIEW))
    able = tenants_where(request.user, Capability.OPERATIONS_CANCEL).filter(pk=OuterRef("tenant_id"))
    return runs.annotate(may_cancel=Exists(able) | _of_workspaces(request, Capability.OPERATIONS_CANCEL))


def cancellable_across(request: WorkspaceRequest) -> Any:
    """Return the runs of tenants and of whole workspaces that the person may cancel."""
    tenants = Q(tenant__in=visible_tenants(request.user, Capability.OPERATIONS_CANCEL))
    return OperationRun.objects.filter(tenants | _of_workspaces(request, Capability.OPERATIONS_CANCEL))


def workspaces_where(request: WorkspaceRequest, capability: Capability) -> list[Workspace]:
    return [access.workspace for access in request.workspaces if access.may(capability)]


def _of_workspaces(request: WorkspaceRequest, capability: Capability) -> Q:
    return Q(tenant=None, workspace__in=workspaces_where(request, capability))


@require_GET
@workspace_plane
def workspace_operation_run(request: WorkspaceRequest, run_id: int) -> HttpResponseBase:
    """Return a run of a whole workspace, for those who may see its operations."""
    run, access = _run(request, run_id)
    facts = {"run": run, "follows_run": run.is_active, "actions": actions_of(run, access)}
    facts |= facts_shown(run, why(run, now=timezone.now()))
    items = with_tenants(run, RunItem.objects.of_run(run.pk))
    if asks_for_list(request):
        return listing(request, ITEMS, items, "web/operations/run.html", facts)
    if request.htmx and not request.headers.get("HX-Target"):
        return answer_if_changed(
            request, str(facts["tag"]), lambda: render(request, "web/operations/run_answer.html", facts)
        )
    facts["has_items"] = will_have_items(run) or items.exists()
    return listing(request, ITEMS, items, "web/operations/run.html", facts)


@require_http_methods(["GET", "POST"])
@workspace_plane
def cancel_workspace_run(request: WorkspaceRequest, run_id: int) -> HttpResponse:
    """GET asks for confirmation without script; POST cancels."""
    run, access = _run(request, run_id)
    if refusal := why_not(access, Capability.OPERATIONS_CANCEL):
        raise PermissionDenied(refusal)
    if request.method == "GET":
        return ask_before_cancelling(request, run, actions_of(run, access))
    return cancel(run, actor=request.user)


@require_POST
@workspace_plane
def run_workspace_again(request: WorkspaceRequest, run_id: int) -> HttpResponse:
    """Return the same work once more, as a new run that knows the one before it."""
    return _start(request, run_id, rerun.run_again)


@require_POST
@workspace_plane
def retry_workspace_items(request: WorkspaceRequest, run_id: int) -> HttpResponse:
    """Only the items that failed, as a new run that knows the one before it."""
    return _start(request, run_id, rerun.retry_failed)


def _start(request: WorkspaceRequest, run_id: int, verb: Verb) -> HttpResponse:
    run, access = _run(request, run_id)
    return answer_retry(request, run, verb, lambda capability: why_not(access, capability))


def _run(request: WorkspaceRequest, run_id: int) -> tuple[OperationRun, WorkspaceAccess]:
    """Return the run with everything that its page shows, and the person's standing. Raises Http404."""
    able = {access.workspace.pk: access for access in request.workspaces if access.may(Capability.OPERATIONS_VIEW)}
    run = _with_facts(able).filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run, able[run.workspace_id]


def _with_facts(workspace_ids: Iterable[int]) -> Any:
    runs = OperationRun.objects.filter(tenant=None, workspace__in=list(workspace_ids))
    return runs.select_related("workspace", "tenant", "initiator", "live", "retry_of__tenant", "cancel_requested_by")
