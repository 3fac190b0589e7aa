"""The pages of restores: the list, the preview of one, and its result."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenantpilot.restores.kept_by_entra import kept_by_entra
from tenantpilot.restores.models import RestoreItem, RestoreMapping, RestoreRun
from tenantpilot.restores.second_person.requests import with_asked
from tenantpilot.restores.states import MappingAction, RestoreState
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.restores.selecting import trashing
from tenantpilot.web.restores.shown import SHOWN, Frame, ItemShown, frame_of, items_shown, place_in_address, restore_of
from tenantpilot.web.restores.tables import RESTORES
from tenantpilot.web.ui.tables.listing import listing


@dataclass(frozen=True)
class ItemPage:
    """Some of the items, and the position behind which the next ones stand; 0 at the end."""

    items: list[ItemShown]
    next_after: int


@require_GET
@requires(Capability.RESTORE_VIEW)
def restores(request: TenantRequest) -> HttpResponse:
    """Return the restores of the tenant, the newest first."""
    records = RestoreRun.objects.of_tenant(request.tenant).kept().with_writes()
    rows = with_asked(records.select_related("created_by").defer("options"), now=timezone.now())
    context = {"heading": _("Restores"), "bulk": trashing(request)}
    return listing(request, RESTORES, rows, "web/restores/page.html", context)


@require_GET
@requires(Capability.RESTORE_VIEW)
def restore(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Lead to the page on which the restore goes on."""
    return redirect(_step_of(restore_of(request, restore_id)), request.tenant.slug, restore_id)


@require_GET
@requires(Capability.RESTORE_VIEW)
def preview(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Render the preview: the effect of the restore, item by item, setting by setting."""
    return _preview_page(request, restore_of(request, restore_id))


@require_GET
@requires(Capability.RESTORE_VIEW)
def result(request: TenantRequest, restore_id: int) -> HttpResponse:
    """Render the result of the restore, item by item."""
    restore = restore_of(request, restore_id)
    if _step_of(restore) != "restore-result":
        return redirect(_step_of(restore), request.tenant.slug, restore_id)
    return _result_page(request, restore)


def refused(request: TenantRequest, restore_id: int, problem: str) -> HttpResponse:
    """Render the page on which the restore goes on, and say why what was asked there was not done."""
    restore = restore_of(request, restore_id)
    page = _result_page if _step_of(restore) == "restore-result" else _preview_page
    return page(request, restore, problem)


def _preview_page(request: TenantRequest, restore: RestoreRun, problem: str = "") -> HttpResponse:
    undecided = RestoreMapping.objects.filter(restore_run=restore, action=MappingAction.BLOCK).count()
    context = {"undecided": undecided, **_context(request, restore, "preview", problem)}
    return render(request, "web/restores/preview.html", context, status=422 if problem else 200)


def _result_page(request: TenantRequest, restore: RestoreRun, problem: str = "") -> HttpResponse:
    context = _context(request, restore, "result", problem)
    return render(request, "web/restores/result.html", context, status=422 if problem else 200)


def _context(request: TenantRequest, restore: RestoreRun, step: str, problem: str) -> dict[str, Any]:
    """Return the context of a page with items. What was refused was sent to an address that shows no page."""
    address = reverse(_step_of(restore), args=[request.tenant.slug, restore.pk]) if problem else ""
    page, frame = item_page(request, restore), frame_of(request, restore)
    return {"page": page, "step": step, "problem": problem, "page_address": address, **heading_of(frame)}


def heading_of(frame: Frame) -> dict[str, Any]:
    """Return the context of the head of each page of a restore."""
    return {"heading": frame.restore.source, "restoring": frame, "restore": frame.restore}


def item_page(request: TenantRequest, restore: RestoreRun) -> ItemPage:
    """Return the items behind the position that the address names."""
    after = place_in_address(request)
    rows = RestoreItem.objects.of_run(restore.pk).in_order().filter(position__gt=after).defer("intent", "names")
    items = list(rows.select_related("before_version", "after_version")[: SHOWN + 1])
    page_items = items[:SHOWN]
    retentions = kept_by_entra(restore, page_items, now=timezone.now())
    shown_items = items_shown(page_items, retentions, has_ended=restore.state == RestoreState.DONE)
    return ItemPage(shown_items, page_items[-1].position if len(items) > SHOWN else 0)


def _step_of(restore: RestoreRun) -> str:
    if restore.state in (RestoreState.CONFIRMED, RestoreState.EXECUTING, RestoreState.WAITING, RestoreState.DONE):
        return "restore-result"
    return "restore-preview"
