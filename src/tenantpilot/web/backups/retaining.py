"""Retention: the rule of each schedule, its preview, its change, and the undoing of a change that waits."""

from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenantpilot.backups.models import BackupChain, BackupRetention
from tenantpilot.backups.retaining.rules import MOST, Reason, Rule, Why
from tenantpilot.backups.retaining.services import (
    Decision,
    change_rule,
    decisions,
    rule_in_force,
    start_retention,
    undo_change,
    waiting_changes,
)
from tenantpilot.backups.states import ChainKind
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.backups.views import may
from tenantpilot.web.frame.access import TenantRequest, requires
from tenantpilot.web.frame.starts import start_surface
from tenantpilot.web.ui import parameters

WORDS: dict[str, Any] = {
    "last": gettext_lazy("Newest good sets"),
    "hourly": gettext_lazy("Hours"),
    "daily": gettext_lazy("Days"),
    "weekly": gettext_lazy("Weeks"),
    "monthly": gettext_lazy("Months"),
    "yearly": gettext_lazy("Years"),
}
REASONS: dict[Why, str | Promise] = {
    Why.LAST: gettext_lazy("one of the newest"),
    Why.HOURLY: gettext_lazy("hour"),
    Why.DAILY: gettext_lazy("day"),
    Why.WEEKLY: gettext_lazy("week"),
    Why.MONTHLY: gettext_lazy("month"),
    Why.YEARLY: gettext_lazy("year"),
    Why.LAST_GOOD: gettext_lazy("last good set"),
    Why.HELD: gettext_lazy("held"),
    Why.IN_USE: gettext_lazy("in use"),
    Why.YOUNG: gettext_lazy("younger than seven days"),
    Why.BUILDING: gettext_lazy("being built"),
}


class RuleForm(forms.Form):
    """The form of a rule: a number for each kind."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in fields(Rule):
            self.fields[field.name] = forms.IntegerField(label=WORDS[field.name], min_value=0, max_value=MOST)

    def clean(self) -> None:
        if not self.errors and not any(self.cleaned_data.values()):
            raise ValidationError(_("Keep at least one set."))

    @property
    def rule(self) -> Rule:
        return Rule(**self.cleaned_data)


@dataclass(frozen=True)
class ChainLine:
    """A schedule's sets with the rule that is in force, and the change that waits."""

    chain: BackupChain
    rule: Rule
    row: BackupRetention | None

    @property
    def words(self) -> str:
        return rule_words(self.rule)


@dataclass(frozen=True)
class DecisionLine:
    """A set of the preview with its reasons in words."""

    decision: Decision

    @property
    def words(self) -> str:
        return ", ".join(_words_of(reason) for reason in self.decision.reasons)


@require_GET
@requires(Capability.BACKUP_VIEW)
def retention(request: TenantRequest) -> HttpResponse:
    """Return the rule of each schedule of backups."""
    now = timezone.now()
    chains = list(_chains(request).order_by("name", "pk")[:200])
    rows = {row.chain_id: row for row in BackupRetention.objects.filter(chain__in=chains)}
    lines = [ChainLine(chain, rule_in_force(rows.get(chain.pk), now=now), rows.get(chain.pk)) for chain in chains]
    waiting = waiting_changes(request.tenant, now=now)
    context = {"heading": _("Retention of backups"), "lines": lines, "waiting": waiting}
    return render(request, "web/backups/retention.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.BACKUP_RETENTION)
def chain_retention(request: TenantRequest, chain_id: int) -> HttpResponse:
    """GET shows what the rule keeps; POST changes it, or shows what another rule would keep."""
    now, chain = timezone.now(), _chain(request, chain_id)
    row = BackupRetention.objects.filter(chain=chain).select_related("asked_by").first()
    in_force = rule_in_force(row, now=now)
    form = _form(request, in_force)
    if request.method == "POST" and form.is_valid() and not parameters.is_sent(request.POST, "preview"):
        change_rule(chain, form.rule, actor=request.user, now=now)
        return redirect("backup-chain-retention", request.tenant.slug, chain.pk)
    rule = form.rule if form.is_valid() else in_force
    lines = [DecisionLine(decision) for decision in decisions(chain, rule, now=now)]
    context = {
        "heading": _("Retention of %(schedule)s") % {"schedule": chain.name},
        "chain": chain,
        "row": row,
        "is_waiting": row is not None and row.waits_until is not None and row.waits_until > now,
        "waiting_words": rule_words(Rule.from_json(row.waiting)) if row and row.waiting else "",
        "in_force_words": rule_words(in_force),
        "is_other": rule != in_force,
        "is_shorter": rule.is_shorter_than(in_force),
        "form": form,
        "going": [line for line in lines if not line.decision.reasons],
        "keeping": [line for line in lines if line.decision.reasons][:200],
        "kept_count": sum(bool(line.decision.reasons) for line in lines),
        **may(request, undo=Capability.TENANT_MANAGE),
    }
    return render(request, "web/backups/chain_retention.html", context, status=200 if form.is_valid() else 422)


@require_POST
@requires(Capability.BACKUP_RETENTION)
@start_surface
def apply(request: TenantRequest, chain_id: int) -> Started | AlreadyActive:
    """Apply the rule that is in force, for the person."""
    return start_retention(_chain(request, chain_id), initiator=request.user, now=timezone.now())


@require_POST
@requires(Capability.TENANT_MANAGE)
def undo(request: TenantRequest, chain_id: int) -> HttpResponse:
    """Undo a change that waits: owners alone."""
    undo_change(_chain(request, chain_id), actor=request.user, now=timezone.now())
    return redirect("backup-retention", request.tenant.slug)


def rule_words(rule: Rule) -> str:
    """Return "7 newest good sets, 30 days, 13 weeks"."""
    numbers = {field.name: getattr(rule, field.name) for field in fields(Rule)}
    return ", ".join(f"{number} {str(WORDS[name]).lower()}" for name, number in numbers.items() if number)


def _form(request: TenantRequest, in_force: Rule) -> RuleForm:
    return RuleForm(request.POST if request.method == "POST" else vars(in_force))


def _words_of(reason: Reason) -> str:
    return f"{REASONS[reason.cause]} {reason.period}".strip()


def _chains(request: TenantRequest) -> QuerySet[BackupChain]:
    chains = BackupChain.objects.filter(tenant=request.tenant, kind=ChainKind.SCHEDULED)
    return chains.select_related("schedule", "tenant")


def _chain(request: TenantRequest, chain_id: int) -> BackupChain:
    """Raises Http404."""
    chain: BackupChain | None = _chains(request).filter(pk=chain_id).first()
    if chain is None:
        raise Http404
    return chain
