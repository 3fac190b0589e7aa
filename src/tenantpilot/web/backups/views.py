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
from tenantpilot.backups.asking import Asked
from tenantpilot.backups.comparing import compare_sets
from tenantpilot.backups.models import BackupGap, BackupMember, BackupSet
from tenantpilot.backups.states import ChainKind
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


def set_page(request: TenantRequest, found: BackupSet, form: HoldForm, *, status: int = 200) -> HttpResponse:
    """Return the page of a set with the form of its hold."""
    asked, gaps = Asked.from_json(found.asked), list(BackupGap.objects.filter(set=found)[: GAPS_SHOWN + 1])
    context = {
        "heading": found.chain.name,
        "set": found,
        "asked": asked,
        "left_out": [catalogue.label_of(key) for key in asked.left_out],
        "lines": [_line(key, numbers) for key, numbers in _in_order(found.by_type)],
        "gaps": gaps[:GAPS_SHOWN],
        "has_more_gaps": len(gaps) > GAPS_SHOWN,
        "is_held": keeping.is_held(found, now=timezone.now()),
        "is_manual": found.chain.kind == ChainKind.MANUAL,
        "reason": ReasonCatalog.get(found.reason_code) if ReasonCatalog.knows(found.reason_code) else None,
        "form": form,
        **may(
            request,
            verify=Capability.BACKUP_VERIFY,
            restore=Capability.RESTORE_PREVIEW,
            manage=Capability.BACKUP_MANAGE,
            delete=Capability.BACKUP_DELETE,
            export=Capability.BACKUP_EXPORT,
        ),
    }
    return render(request, "web/backups/set.html", context, status=status)


@require_GET
@requires(Capability.BACKUP_VIEW)
def policies(request: TenantRequest, set_id: int) -> HttpResponse:
    """Return the policies that the set holds, each in its version."""
    found = set_or_404(request, set_id)
    held = BackupMember.objects.at(found.chain, found.seq) if found.has_content else BackupMember.objects.none()
    rows = held.select_related("policy", "version").annotate(policy_name=F("policy__name"))
    rows = rows.defer("version__names", "version__actors", "policy__properties", "policy__description")
    can_change = found.chain.kind == ChainKind.MANUAL and request.access.may(Capability.BACKUP_MANAGE)
    context = {
        "heading": _("Policies of %(set)s") % {"set": found.chain.name},
        "set": found,
        "bulk": _removal(request, found) if can_change and found.trashed_at is None else None,
    }
    return listing(request, MEMBERS, rows, "web/backups/policies.html", context)


@require_GET
@requires(Capability.BACKUP_VIEW)
def comparison(request: TenantRequest, set_id: int) -> HttpResponse:
    """Render the differences between the set and another one, which `with` names; at first the one before it."""
    found = set_or_404(request, set_id)
    sets = BackupSet.objects.of_tenant(request.tenant).exclude(digest=None).select_related("chain").newest_first()
    others = list(
        sets.exclude(pk=found.pk).only("created_at", "chain__name", "seq", "state", "tenant_id")[:OTHERS_SHOWN]
    )
    other = _other(request, found, others)
    context = {
        "heading": _("Compare %(set)s") % {"set": found.chain.name},
        "set": found,
        "other": other,
        "others": others,
        "comparison": compare_sets(*_in_time(other, found)) if other else None,
        "ends": _in_time(other, found) if other else (),
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
    order = {kind.key: number for number, kind in enumerate(catalogue.every())}
    rows = by_type.items()
    return sorted(rows, key=lambda row: (not (row[1].get("unread") or row[1].get("failed")), order.get(row[0], 999)))


def _other(request: TenantRequest, found: BackupSet, others: list[BackupSet]) -> BackupSet | None:
    """Raises Http404 for a set that is none of the tenant's."""
    text = parameters.text(request.GET, "with", longest=18)
    if text:
        if not text.isdecimal() or int(text) == found.pk:
            raise Http404
        return set_or_404(request, int(text))
    return next((one for one in others if one.created_at <= found.created_at), others[0] if others else None)


def _in_time(one: BackupSet, another: BackupSet) -> tuple[BackupSet, BackupSet]:
    first, second = sorted((one, another), key=lambda backup_set: (backup_set.created_at, backup_set.pk))
    return first, second


def _bulk(request: TenantRequest) -> Bulk | None:
    if not request.access.may(Capability.BACKUP_DELETE):
        return None
    address = reverse("trash-backup-sets", args=[request.tenant.slug])
    label, fitting = gettext_lazy("Move to the trash"), gettext_lazy("{0} of {1} can be moved to the trash")
    return bulk_of("set", Action("trash", label, "x", address, fitting, lambda row: row.held_at is None))


def _removal(request: TenantRequest, found: BackupSet) -> Bulk | None:
    address = reverse("remove-from-backup-set", args=[request.tenant.slug, found.pk])
    label, fitting = gettext_lazy("Remove from the set"), gettext_lazy("{0} of {1} can be removed")
    return bulk_of("member", Action("remove", label, "x", address, fitting, lambda _row: True))
