"""The trash: moving sets there, taking them back, and deleting them for good."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tenantpilot.backups.models import BackupSet, BackupSetQuerySet
from tenantpilot.backups.operations import (
    BULK_BACKUP_SET_FORCE_DELETE,
    BULK_BACKUP_SET_RESTORE,
    BULK_BACKUP_SET_TRASH,
)
from tenantpilot.backups.requests import SetsInputs
from tenantpilot.backups.services import start_of_sets
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.types import OperationType
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.backups.selecting import MOST_SETS, SHOWN, chosen_sets
from tenantpilot.web.backups.tables import TRASH
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import could_not_start, started_from_form
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import Action, Bulk, bulk_of
from tenantpilot.web.ui.tables.listing import listing


@require_GET
@requires(Capability.BACKUP_VIEW)
def trash(request: TenantRequest) -> HttpResponse:
    """Return the sets in the trash."""
    rows = BackupSet.objects.of_tenant(request.tenant).trashed().select_related("chain", "trashed_by")
    context = {"heading": _("Trash of backups"), "bulk": _bulk(request)}
    return listing(request, TRASH, rows.defer("by_type", "asked", "faults"), "web/backups/trash.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_DELETE)
def trash_sets(request: TenantRequest) -> HttpResponse:
    """GET asks; POST starts it."""
    words = ngettext_of("Move %(count)d backup set to the trash?", "Move %(count)d backup sets to the trash?")
    return _ask_or_start(request, BULK_BACKUP_SET_TRASH, "trash", words, is_trashed=False)


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_DELETE)
def return_sets(request: TenantRequest) -> HttpResponse:
    """GET asks; POST starts it."""
    words = ngettext_of("Take %(count)d backup set back?", "Take %(count)d backup sets back?")
    return _ask_or_start(request, BULK_BACKUP_SET_RESTORE, "return", words, is_trashed=True)


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_DELETE)
def delete_sets(request: TenantRequest) -> HttpResponse:
    """GET asks, and to type the tenant's name (UX-34); POST starts it."""
    words = ngettext_of("Delete %(count)d backup set for good?", "Delete %(count)d backup sets for good?")
    return _ask_or_start(request, BULK_BACKUP_SET_FORCE_DELETE, "delete", words, is_trashed=True)


Words = Callable[[int], str]


def ngettext_of(single: str, several: str) -> Words:
    return lambda count: ngettext(single, several, count) % {"count": count}


def _ask_or_start(
    request: TenantRequest, operation_type: OperationType[SetsInputs], verb: str, words: Words, *, is_trashed: bool
) -> HttpResponse:
    sets = chosen_sets(request)
    sets = sets.trashed() if is_trashed else sets.kept()
    back = reverse("backup-trash" if is_trashed else "backups", args=[request.tenant.slug])
    keys = list(sets.order_by("pk").values_list("pk", flat=True)[:MOST_SETS])
    if not keys:
        return redirect(back)
    is_wrong = verb == "delete" and not parameters.is_typed(request.POST, request.tenant.name)
    if request.method == "POST" and not is_wrong:
        try:
            started = start_of_sets(
                operation_type, tenant=request.tenant, initiator=request.user, sets=keys, now=timezone.now()
            )
        except DispatchFailed as error:
            return could_not_start(request, error.run)
        return started_from_form(request, started, to=back)
    return _ask(request, sets, keys, verb, words(len(keys)), back, is_wrong=is_wrong and request.method == "POST")


def _ask(
    request: TenantRequest,
    sets: BackupSetQuerySet,
    keys: list[int],
    verb: str,
    question: str,
    back: str,
    *,
    is_wrong: bool,
) -> HttpResponse:
    context = {
        "heading": question,
        "verb": verb,
        "count": len(keys),
        "field": "set",
        "keys": keys,
        "shown": list(sets.newest_first()[:SHOWN]),
        "is_wrong": is_wrong,
        "back": back,
    }
    return render(request, "web/backups/ask.html", context, status=422 if is_wrong else 200)


def _bulk(request: TenantRequest) -> Bulk | None:
    if not request.access.may(Capability.BACKUP_DELETE):
        return None
    slug = request.tenant.slug
    return bulk_of(
        "set",
        Action(
            "return",
            gettext_lazy("Take back"),
            "rotate-cw",
            reverse("return-backup-sets", args=[slug]),
            gettext_lazy("{0} of {1} can be taken back"),
            lambda _row: True,
        ),
        Action(
            "delete",
            gettext_lazy("Delete for good"),
            "x",
            reverse("delete-backup-sets", args=[slug]),
            gettext_lazy("{0} of {1} can be deleted"),
            lambda row: row.deletable_from <= timezone.now(),
        ),
    )
