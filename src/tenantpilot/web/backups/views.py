"""The list of backup sets, a set, its policies, and what differs between two sets."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tenantpilot.backups import keeping
from tenantpilot.backups.comparing import compare_sets
from tenantpilot.backups.models import BackupGap, BackupMember, BackupSet
from tenantpilot.backups.queries import mended_since_verified
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.backups.states import ChainKind, Verdict
from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.inventory import policy_types as catalogue
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.backups.finding import set_or_404
from tenantpilot.web.backups.forms import HoldForm
from tenantpilot.web.backups.tables import MEMBERS, SETS
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.tables.bulk import Action, Bulk, bulk_of
from tenantpilot.web.ui.tables.listing import listing

GAPS_SHOWN = 100
OTHERS_SHOWN = 100
SET_ACTIONS = {
    "verify": Capability.BACKUP_VERIFY,
    "restore": Capability.RESTORE_PREVIEW,
    "manage": Capability.BACKUP_MANAGE,
    "delete": Capability.BACKUP_DELETE,
    "export": Capability.BACKUP_EXPORT,
}


@dataclass(frozen=True)
class TypeLine:
    """The result of a type that was asked for."""

    key: str
    captured: int
    reused: int
    missing: int
    failed: int
    changed: int
    ignored: int
    unread: str

    @property
    def held(self) -> int:
        return self.captured + self.reused

    @property
    def why_unread(self) -> str:
        return ReasonCatalog.describe(self.unread) if self.unread else ""


@require_GET
@requires(Capability.BACKUP_VIEW)
def backups(request: TenantRequest) -> HttpResponse:
    """Return the sets of the tenant outside the trash, the newest first."""
    rows = (
        BackupSet.objects.of_tenant(request.tenant).kept().select_related("chain").defer("by_type", "asked", "faults")
    )
    context = {
        "heading": _("Backups"),
        "bulk": _bulk(request),
        **may(request, run=Capability.BACKUP_RUN, export=Capability.BACKUP_EXPORT),
    }
    return listing(request, SETS, rows, "web/backups/page.html", context)


@require_GET
@requires(Capability.BACKUP_VIEW)
def backup_set(request: TenantRequest, set_id: int) -> HttpResponse:
    """Return one set: what it is, and what it is not."""
    return set_page(request, set_or_404(request, set_id), HoldForm())


def set_page(request: TenantRequest, backup_set: BackupSet, form: HoldForm, *, status: int = 200) -> HttpResponse:
    """Return the page of a set with the form of its hold."""
    backup_request = BackupRequest.from_json(backup_set.asked)
    gaps = list(BackupGap.objects.filter(set=backup_set)[: GAPS_SHOWN + 1])
    context = {
        "heading": backup_set.chain.name,
        "set": backup_set,
        "faults": _faults(backup_set),
        "asked": backup_request,
        "left_out": [catalogue.label_of(key) for key in backup_request.left_out],
        "lines": [_line(key, numbers) for key, numbers in _in_order(backup_set.by_type)],
        "gaps": gaps[:GAPS_SHOWN],
        "has_more_gaps": len(gaps) > GAPS_SHOWN,
        "is_held": keeping.is_held(backup_set, now=timezone.now()),
        "is_manual": backup_set.chain.kind == ChainKind.MANUAL,
        "reason": ReasonCatalog.get(backup_set.reason_code) if ReasonCatalog.knows(backup_set.reason_code) else None,
        "form": form,
        **may(request, **SET_ACTIONS),
    }
    return render(request, "web/backups/set.html", context, status=status)


def _faults(backup_set: BackupSet) -> list[dict[str, object]]:
    """Return the faults that the verification found, each with the time when it was mended since."""
    if backup_set.verdict != Verdict.DAMAGED:
        return []
    mended = mended_since_verified(backup_set)
    return [{**fault, "mended_at": mended.get((fault["type"], fault["graph_id"]))} for fault in backup_set.faults]


@require_GET
@requires(Capability.BACKUP_VIEW)
def policies(request: TenantRequest, set_id: int) -> HttpResponse:
    """Return the policies that the set holds, each in its version."""
    backup_set = set_or_404(request, set_id)
    held = (
        BackupMember.objects.at(backup_set.chain, backup_set.seq)
        if backup_set.has_content
        else BackupMember.objects.none()
    )
    rows = held.select_related("policy", "version").annotate(policy_name=F("policy__name"))
    rows = rows.defer("version__names", "version__actors", "policy__properties", "policy__description")
    can_change = backup_set.chain.kind == ChainKind.MANUAL and request.access.may(Capability.BACKUP_MANAGE)
    context = {
        "heading": _("Policies of %(set)s") % {"set": backup_set.chain.name},
        "set": backup_set,
        "bulk": _removal(request, backup_set) if can_change and backup_set.trashed_at is None else None,
    }
    return listing(request, MEMBERS, rows, "web/backups/policies.html", context)


@require_GET
@requires(Capability.BACKUP_VIEW)
def comparison(request: TenantRequest, set_id: int) -> HttpResponse:
    """Render the differences between the set and another one, which `with` names; at first the one before it."""
    backup_set = set_or_404(request, set_id)
    sets = BackupSet.objects.of_tenant(request.tenant).exclude(digest=None).select_related("chain").newest_first()
    other_sets = list(
        sets.exclude(pk=backup_set.pk).only("created_at", "chain__name", "seq", "state", "tenant_id")[:OTHERS_SHOWN]
    )
    other = _other(request, backup_set, other_sets)
    context = {
        "heading": _("Compare %(set)s") % {"set": backup_set.chain.name},
        "set": backup_set,
        "other": other,
        "others": other_sets,
        "comparison": compare_sets(*_in_time(other, backup_set)) if other else None,
        "ends": _in_time(other, backup_set) if other else (),
    }
    return render(request, "web/backups/comparison.html", context)


def may(request: TenantRequest, **capabilities: Capability) -> dict[str, Any]:
    """Return for each name if the person may, and the reason if not."""
    allowed = {f"may_{name}": request.access.may(capability) for name, capability in capabilities.items()}
    return allowed | {f"why_not_{name}": request.access.why_not(value) for name, value in capabilities.items()}


def _line(key: str, numbers: dict[str, Any]) -> TypeLine:
    return TypeLine(
        key=key,
        captured=numbers.get("captured", 0),
        reused=numbers.get("reused", 0),
        missing=numbers.get("missing", 0),
        failed=numbers.get("failed", 0),
        changed=numbers.get("changed", 0),
        ignored=numbers.get("ignored", 0),
        unread=numbers.get("unread", ""),
    )


def _in_order(by_type: dict[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the types with problems first, then the others in the order of the catalogue."""
    order = {policy_type.key: number for number, policy_type in enumerate(catalogue.every())}
    rows = by_type.items()
    return sorted(rows, key=lambda row: (not (row[1].get("unread") or row[1].get("failed")), order.get(row[0], 999)))


def _other(request: TenantRequest, backup_set: BackupSet, other_sets: list[BackupSet]) -> BackupSet | None:
    """Raises Http404 for a set that is none of the tenant's."""
    text = parameters.text(request.GET, "with", longest=18)
    if text:
        if not text.isdecimal() or int(text) == backup_set.pk:
            raise Http404
        return set_or_404(request, int(text))
    return next(
        (candidate for candidate in other_sets if candidate.created_at <= backup_set.created_at),
        other_sets[0] if other_sets else None,
    )


def _in_time(left: BackupSet, right: BackupSet) -> tuple[BackupSet, BackupSet]:
    first, second = sorted((left, right), key=lambda backup_set: (backup_set.created_at, backup_set.pk))
    return first, second


def _bulk(request: TenantRequest) -> Bulk | None:
    if not request.access.may(Capability.BACKUP_DELETE):
        return None
    address = reverse("trash-backup-sets", args=[request.tenant.slug])
    label, fitting = gettext_lazy("Move to the trash"), gettext_lazy("{0} of {1} can be moved to the trash")
    return bulk_of("set", Action("trash", label, "x", address, fitting, lambda row: row.held_at is None))


def _removal(request: TenantRequest, backup_set: BackupSet) -> Bulk | None:
    address = reverse("remove-from-backup-set", args=[request.tenant.slug, backup_set.pk])
    label, fitting = gettext_lazy("Remove from the set"), gettext_lazy("{0} of {1} can be removed")
    return bulk_of("member", Action("remove", label, "x", address, fitting, lambda _row: True))
