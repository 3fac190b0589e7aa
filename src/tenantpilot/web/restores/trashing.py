"""The trash: moving records of restores there, taking them back, and deleting them for good."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.types import OperationType
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.operations import (
    BULK_RESTORE_RUN_FORCE_DELETE,
    BULK_RESTORE_RUN_RESTORE,
    BULK_RESTORE_RUN_TRASH,
    RecordsInputs,
)
from tenantpilot.restores.services import start_of_records
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, started_from_form
from tenantpilot.web.restores.selecting import MOST_RESTORES, chosen_restores, removal
from tenantpilot.web.restores.tables import TRASH
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.listing import listing

SHOWN = 10


@dataclass(frozen=True)
class Verb:
    """An action on the chosen records, and the list that a person comes from."""

    key: str
    operation_type: OperationType[RecordsInputs]
    back: str

    def question(self, count: int) -> str:
        """Return the question of the page, for this number of restores."""
        words = {
            "trash": ngettext("Move %(n)d restore to the trash?", "Move %(n)d restores to the trash?", count),
            "return": ngettext("Take %(n)d restore back?", "Take %(n)d restores back?", count),
            "delete": ngettext("Delete %(n)d restore for good?", "Delete %(n)d restores for good?", count),
        }
        return words[self.key] % {"n": count}


_TRASH = Verb("trash", BULK_RESTORE_RUN_TRASH, "restores")
_RETURN = Verb("return", BULK_RESTORE_RUN_RESTORE, "restore-trash")
_DELETE = Verb("delete", BULK_RESTORE_RUN_FORCE_DELETE, "restore-trash")


@require_GET
@requires(Capability.RESTORE_VIEW)
def trash(request: TenantRequest) -> HttpResponse:
    """Return the restores whose records are in the trash."""
    rows = RestoreRun.objects.of_tenant(request.tenant).in_trash().defer("options")
    context = {"heading": _("Trash of restores"), "bulk": removal(request)}
    return listing(request, TRASH, rows, "web/restores/trash.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_DELETE)
def trash_restores(request: TenantRequest) -> HttpResponse:
    """GET asks; POST starts it."""
    return _ask_or_start(request, _TRASH)


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_DELETE)
def return_restores(request: TenantRequest) -> HttpResponse:
    """GET asks; POST starts it."""
    return _ask_or_start(request, _RETURN)


@require_http_methods(["GET", "POST"])
@requires(Capability.RESTORE_DELETE)
def delete_restores(request: TenantRequest) -> HttpResponse:
    """GET asks, and to type the tenant's name (UX-34); POST starts it."""
    return _ask_or_start(request, _DELETE)


def _ask_or_start(request: TenantRequest, verb: Verb) -> HttpResponse:
    rows = chosen_restores(request)
    rows = rows.kept() if verb is _TRASH else rows.in_trash()
    chosen = list(rows.newest_first().defer("options")[:MOST_RESTORES])
    back = reverse(verb.back, args=[request.tenant.slug])
    if not chosen:
        return redirect(back)
    if request.method == "GET" or (verb is _DELETE and not parameters.is_typed(request.POST, request.tenant.name)):
        return _ask(request, verb, chosen, back)
    try:
        started = start_of_records(
            verb.operation_type,
            tenant=request.tenant,
            initiator=request.user,
            restores=[restore.pk for restore in chosen],
            now=timezone.now(),
        )
    except DispatchFailed as error:
        return could_not_start(request, error.run)
    return started_from_form(request, started, to=back)


def _ask(request: TenantRequest, verb: Verb, chosen: list[RestoreRun], back: str) -> HttpResponse:
    is_wrong = request.method == "POST"
    context = {
        "heading": verb.question(len(chosen)),
        "verb": verb.key,
        "count": len(chosen),
        "field": "restore",
        "keys": [restore.pk for restore in chosen],
        "shown": chosen[:SHOWN],
        "is_wrong": is_wrong,
        "back": back,
    }
    return render(request, "web/restores/ask.html", context, status=422 if is_wrong else 200)
