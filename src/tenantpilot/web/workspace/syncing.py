"""Syncs of several tenants at once: those chosen in the list, or all that its filters match (UX-15, UX-32)."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from tenantpilot.inventory.many_tenants.services import start_syncs
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant
from tenantpilot.web.frame import toasts
from tenantpilot.web.frame.access import WorkspaceRequest, workspace_plane
from tenantpilot.web.frame.addresses import page_before
from tenantpilot.web.frame.starts import could_not_start, toast_of
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import Action, chosen_ids
from tenantpilot.web.workspace.tables import TENANTS

SHOWN = 10


def sync_action() -> Action:
    """Return the actions that the list of tenants offers for the chosen ones."""
    fitting = gettext_lazy("{0} of {1} can be synced")
    return Action("sync", gettext_lazy("Sync tenants"), "refresh-cw", reverse("sync-tenants"), fitting, _can)


def _can(tenant: Any) -> bool:
    return bool(tenant.may_sync and tenant.is_connected and tenant.archived_at is None)


def with_may_sync(request: WorkspaceRequest, tenants: Any) -> Any:
    """Say of each row whether the person may sync all tenants of its workspace."""
    return tenants.annotate(may_sync=Exists(_syncable(request).filter(pk=OuterRef("pk"))))


def may_sync_all(request: WorkspaceRequest) -> bool:
    return any(place.may(Capability.INVENTORY_SYNC) for place in request.workspaces)


@require_http_methods(["GET", "POST"])
@workspace_plane
def sync_tenants(request: WorkspaceRequest) -> HttpResponse:
    """GET asks, POST starts one operation in each workspace. Only tenants of workspaces in which the person may."""
    is_sent = request.method == "POST"
    chosen = _chosen(request, request.POST if is_sent else request.GET).by_name()
    back = page_before(request, otherwise=reverse("workspace"))
    if not is_sent:
        return _ask(request, chosen, back)
    try:
        _start(request, chosen)
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return redirect(back)


def _start(request: WorkspaceRequest, chosen: Any) -> None:
    """Raises DispatchFailed."""
    tenants = chosen.select_related("workspace").order_by("workspace_id", "name", "pk")
    by_workspace = groupby(tenants, key=lambda tenant: tenant.workspace)
    for workspace, of_workspace in by_workspace:
        started = start_syncs(workspace=workspace, initiator=request.user, tenants=of_workspace, now=timezone.now())
        toasts.keep(request, toast_of(started))


def _ask(request: WorkspaceRequest, chosen: Any, back: str) -> HttpResponse:
    count = chosen.count()
    words = ngettext("Sync %(count)d tenant?", "Sync %(count)d tenants?", count) % {"count": count}
    first_tenants, fields = list(chosen.only("name")[:SHOWN]), parameters.pairs(request.GET)
    context = {"heading": words, "count": count, "shown": first_tenants, "fields": fields, "back": back}
    return render(request, "web/workspace/sync.html", context | {"schedule_url": _schedule_url(request)})


def _schedule_url(request: WorkspaceRequest) -> str:
    """Return the address of the same by the clock; empty for tenants chosen one by one, and for who may not."""
    if parameters.is_sent(request.GET, "chosen") or not _may_schedule(request):
        return ""
    text = parameters.text(request.GET, "q") if parameters.is_sent(request.GET, "matching") else ""
    return reverse("workspace-create-schedule") + (f"?{urlencode({'q': text})}" if text else "")


def _may_schedule(request: WorkspaceRequest) -> bool:
    return any(place.may(Capability.SCHEDULE_MANAGE) for place in request.workspaces)


def _chosen(request: WorkspaceRequest, query: QueryDict) -> Any:
    """Without a choice all of them. A filter that makes no sense chooses none."""
    tenants = _syncable(request)
    if parameters.is_sent(query, "matching"):
        filters = TENANTS.filters(query, queryset=tenants, request=request)
        return filters.qs if filters.form.is_valid() else tenants.none()
    return tenants.filter(pk__in=chosen_ids(query, "tenant")) if parameters.is_sent(query, "chosen") else tenants


def _syncable(request: WorkspaceRequest) -> Any:
    """Return the connected tenants of the workspaces in which the person may: their operation is the workspace's."""
    able = [place.workspace.pk for place in request.workspaces if place.may(Capability.INVENTORY_SYNC)]
    return Tenant.everywhere.filter(workspace__in=able, archived_at=None, signed_in_at__isnull=False)
