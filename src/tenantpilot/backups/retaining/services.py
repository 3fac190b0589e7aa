"""Changing the rule of retention, undoing a change that waits, and reading what a rule keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.backups import keeping
from tenantpilot.backups.audit_actions import BACKUP_RETENTION_CHANGED, BACKUP_RETENTION_UNDONE
from tenantpilot.backups.last_good import last_good_sets
from tenantpilot.backups.models import LOCK, BackupChain, BackupSet, BackupSetQuerySet
from tenantpilot.backups.operations import APPLY_BACKUP_RETENTION
from tenantpilot.backups.requests import RetentionInputs
from tenantpilot.backups.retaining.models import BackupRetention
from tenantpilot.backups.retaining.rules import TRASH, Candidate, Reason, Rule, decide
from tenantpilot.backups.states import ChainKind, SetState
from tenantpilot.backups.usage import in_use
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import Tenant, User

AT_MOST = 20
AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Decision:
    """A set with the reasons to keep it; none means that it goes to the trash."""

    backup_set: BackupSet
    reasons: tuple[Reason, ...]


def retention_of(chain: BackupChain) -> BackupRetention:
    """Return the row of the chain, which is made with the usual rule where there is none. Call it in a transaction."""
    row: BackupRetention
    row, _is_new = BackupRetention.everywhere.get_or_create(
        chain=chain,
        defaults={"workspace_id": chain.workspace_id, "tenant_id": chain.tenant_id, "rule": Rule().to_json()},
    )
    return row


def rule_in_force(row: BackupRetention | None, *, now: datetime) -> Rule:
    """Return the rule that holds now. While a shorter one waits, what either rule keeps is kept."""
    if row is None:
        return Rule()
    rule = Rule.from_json(row.rule)
    if row.waiting is None or row.waits_until is None:
        return rule
    waiting = Rule.from_json(row.waiting)
    return waiting if row.waits_until <= now else rule.longest(waiting)


def change_rule(chain: BackupChain, rule: Rule, *, actor: User, now: datetime) -> datetime | None:
    """Keep more at once, or less after the lock. Return when it takes effect; None means now."""
    with transaction.atomic():
        row = BackupRetention.everywhere.select_for_update(no_key=True).get(pk=retention_of(chain).pk)
        before = rule_in_force(row, now=now)
        is_shorter = rule.is_shorter_than(before)
        row.rule = before.to_json() if is_shorter else rule.to_json()
        row.waiting, row.waits_until = (rule.to_json(), now + LOCK) if is_shorter else (None, None)
        row.asked_by, row.asked_at = actor, now
        row.save(update_fields=["rule", "waiting", "waits_until", "asked_by", "asked_at"])
        _record(BACKUP_RETENTION_CHANGED, chain, actor, now, before, rule)
    return row.waits_until


def undo_change(chain: BackupChain, *, actor: User, now: datetime) -> bool:
    """Forget a change that waits. Return False if none does."""
    with transaction.atomic():
        row = BackupRetention.everywhere.select_for_update(no_key=True).filter(chain=chain).first()
        if row is None or row.waiting is None or row.waits_until is None or row.waits_until <= now:
            return False
        before, after = Rule.from_json(row.waiting), Rule.from_json(row.rule)
        row.waiting, row.waits_until = None, None
        row.save(update_fields=["waiting", "waits_until"])
        _record(BACKUP_RETENTION_UNDONE, chain, actor, now, before, after)
    return True


def decisions(chain: BackupChain, rule: Rule, *, now: datetime) -> list[Decision]:
    """Return the rule's decision on each set of the chain outside the trash and its reason, for preview and effect."""
    sets = list(
        BackupSet.everywhere.of_chain(chain)
        .kept()
        .defer("by_type", "asked", "faults")
        .select_related("chain")
        .newest_first()
    )
    reasons = decide(_candidates(chain, sets, now=now), rule, zone=_zone(chain), now=now)
    return [Decision(backup_set, reasons[backup_set.pk]) for backup_set in sets]


def start_retention(chain: BackupChain, *, initiator: User | None, now: datetime) -> Started | AlreadyActive:
    """Apply the rule that is in force. Raises DispatchFailed."""
    inputs = RetentionInputs(chain.pk)
    runs = OperationRunService()
    return runs.start(APPLY_BACKUP_RETENTION, tenant=chain.tenant, initiator=initiator, inputs=inputs, now=now)


def start_due(*, now: datetime) -> int:
    """Start what retention has to do: system runs. Return their number."""
    return _start_due_rules(now=now) + _start_due_trash(now=now)


def trashed_for_long(tenant_id: int, *, now: datetime) -> BackupSetQuerySet:
    """Return the sets of a tenant that were in the trash for long enough."""
    return BackupSet.everywhere.filter(tenant=tenant_id, trashed_at__lte=now - TRASH)


def _start_due_trash(*, now: datetime) -> int:
    """Start the removal of what was in the trash for long enough, at most once a day in each tenant.

    It needs no schedule: sets made by hand go, and those whose schedule is gone or makes none.
    """
    tenants = Tenant.everywhere.filter(stopped_at=None)
    old = BackupSet.everywhere.filter(tenant=OuterRef("pk"), trashed_at__lte=now - TRASH)
    runs = OperationRun.everywhere.filter(tenant=OuterRef("pk"), type=APPLY_BACKUP_RETENTION.key, inputs__chain=0)
    due = tenants.filter(Exists(old), ~Exists(runs.filter(created_at__gt=now - AGAIN_AFTER))).order_by("pk")
    return sum(_start_system_run(RetentionInputs(0), tenant, now=now) for tenant in due[:AT_MOST])


def _start_due_rules(*, now: datetime) -> int:
    """Start the retention of chains that have a new set, or that nobody looked at for a day."""
    chains = BackupChain.everywhere.filter(kind=ChainKind.SCHEDULED, tenant__stopped_at=None).select_related("tenant")
    ended = chains.annotate(newest=Max("sets__read_until", filter=~Q(sets__state=SetState.BUILDING)))
    is_due = Q(retention=None) | Q(retention__applied_at=None) | Q(retention__applied_at__lte=now - AGAIN_AFTER)
    due = ended.filter(is_due | Q(newest__gt=F("retention__applied_at")), newest__isnull=False).order_by("pk")
    return sum(_start_system_run(RetentionInputs(chain.pk), chain.tenant, now=now) for chain in due[:AT_MOST])


def _start_system_run(inputs: RetentionInputs, tenant: Tenant, *, now: datetime) -> bool:
    runs = OperationRunService()
    try:
        answer = runs.start(APPLY_BACKUP_RETENTION, tenant=tenant, initiator=None, inputs=inputs, now=now)
        return isinstance(answer, Started)
    except DispatchFailed:
        return False


def _candidates(chain: BackupChain, sets: Sequence[BackupSet], *, now: datetime) -> list[Candidate]:
    used = in_use(backup_set.pk for backup_set in sets)
    last_good = last_good_sets(chain.tenant_id)
    return [
        Candidate(
            key=backup_set.pk,
            at=backup_set.slot_at or backup_set.created_at,
            is_good=backup_set.is_good,
            has_content=backup_set.has_content,
            is_building=backup_set.state == SetState.BUILDING,
            is_held=keeping.is_held(backup_set, now=now),
            is_in_use=backup_set.pk in used,
            is_last_good_of_tenant=backup_set.pk in last_good,
        )
        for backup_set in sets
    ]


def _zone(chain: BackupChain) -> str:
    """Return the zone of the schedule; UTC where the schedule is gone."""
    return chain.schedule.time_zone if chain.schedule else "UTC"


def _record(action: AuditAction, chain: BackupChain, actor: User, now: datetime, before: Rule, after: Rule) -> None:
    audit.record(
        action,
        workspace_id=chain.workspace_id,
        tenant_id=chain.tenant_id,
        actor=actor,
        target_type="backup_chain",
        target_id=chain.pk,
        before=before.to_json(),
        after=after.to_json(),
        at=now,
    )


def waiting_changes(tenant: Tenant, *, now: datetime) -> list[BackupRetention]:
    """Return the changes of the tenant's retention that wait."""
    rows = BackupRetention.everywhere.filter(tenant=tenant, waits_until__gt=now).select_related("chain", "asked_by")
    return list(rows.order_by("waits_until"))
