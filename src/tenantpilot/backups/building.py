"""The only writer of a set's state and digest: it opens a set, and ends it as complete, incomplete or failed.

Whatever ends a set counts it in the trend of that day, but for a set that was made elsewhere.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q

from tenantpilot.audit import services as audit
from tenantpilot.backups import days
from tenantpilot.backups.audit_actions import BACKUP_SET_FINISHED
from tenantpilot.backups.digest import digest_of, entries_of
from tenantpilot.backups.models import BackupChain, BackupGap, BackupMember, BackupMemberQuerySet, BackupSet
from tenantpilot.backups.orphans import drop_orphans
from tenantpilot.backups.portable.operations import BACKUP_IMPORT
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.backups.states import GapKind, SetState
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.states import RunStatus

Numbers = dict[str, dict[str, Any]]


class SetChanged(TenantPilotError):
    """Somebody else has revised the set meanwhile."""


def open_set(
    chain: BackupChain, request: BackupRequest, *, run_id: int, slot_at: datetime | None, now: datetime
) -> BackupSet:
    """Return the set of this run: a worker that takes over goes on with the set of the one before."""
    with transaction.atomic():
        # Whoever removes what no set holds is done with this chain first.
        BackupChain.everywhere.select_for_update(of=("self",), no_key=True).get(pk=chain.pk)
        existing = BackupSet.everywhere.filter(chain=chain, run_id=run_id).first()
        if existing is not None:
            return existing
        abandon(BackupSet.everywhere.filter(chain=chain), now=now)
        is_slot_free = not BackupSet.everywhere.filter(chain=chain, slot_at=slot_at).exists()
        newest = BackupSet.everywhere.filter(chain=chain).aggregate(seq=Max("seq"))["seq"]
        backup_set: BackupSet = BackupSet.everywhere.create(
            workspace_id=chain.workspace_id,
            tenant_id=chain.tenant_id,
            chain=chain,
            seq=(newest or 0) + 1,
            slot_at=slot_at if is_slot_free else None,
            run_id=run_id,
            asked=request.to_json(),
            width=request.width,
            read_from=now,
            created_at=now,
        )
    return backup_set


@dataclass(frozen=True)
class Times:
    """The times of a set that was made elsewhere."""

    created_at: datetime
    read_from: datetime | None
    read_until: datetime | None


def open_imported(chain: BackupChain, request: BackupRequest, *, run_id: int, as_of: Times) -> BackupSet:
    """Return the set of this import, which is as old as the one that was exported."""
    with transaction.atomic():
        existing = BackupSet.everywhere.filter(chain=chain, run_id=run_id).first()
        if existing is not None:
            return existing
        backup_set: BackupSet = BackupSet.everywhere.create(
            workspace_id=chain.workspace_id,
            tenant_id=chain.tenant_id,
            chain=chain,
            seq=1,
            run_id=run_id,
            asked=request.to_json(),
            width=request.width,
            read_from=as_of.read_from,
            created_at=as_of.created_at,
        )
    return backup_set


def seal(backup_set: BackupSet, *, run_id: int, now: datetime) -> BackupSet:
    """End the set with its digest: complete if nothing failed that was asked for, else incomplete."""
    with transaction.atomic():
        members = BackupMember.everywhere.at(backup_set.chain, backup_set.seq)
        failed = BackupGap.everywhere.filter(set=backup_set, kind=GapKind.FAILED).exists()
        state = SetState.INCOMPLETE if failed else SetState.COMPLETE
        entries = entries_of(members)
        landed = BackupSet.everywhere.filter(pk=backup_set.pk, state=SetState.BUILDING).update(
            state=state,
            digest=digest_of(entries),
            items=len(entries),
            by_type=numbers_by_type(backup_set, members, run_id=run_id),
            read_until=now,
        )
        if landed:
            _record(backup_set, state, len(entries), now)
            _count(backup_set, state, len(entries), now)
    backup_set.refresh_from_db()
    return backup_set


def fail(backup_set: BackupSet, reason_code: str, *, now: datetime) -> bool:
    """End the set as failed: it holds nothing, and what no later set begins with goes. Return False if it has ended."""
    with transaction.atomic():
        same = BackupSet.everywhere.filter(pk=backup_set.pk, state=SetState.BUILDING)
        landed = same.update(state=SetState.FAILED, reason_code=reason_code)
        if landed:
            _count(backup_set, SetState.FAILED, 0, now)
            drop_orphans(backup_set.chain)
    return bool(landed)


def revise(backup_set: BackupSet, *, run_id: int) -> None:
    """Let a set made by hand have a further revision: what was added and removed since counts from now on.

    Call it in a transaction. Raises SetChanged.
    """
    members = BackupMember.everywhere.at(backup_set.chain, backup_set.seq + 1)
    entries = entries_of(members)
    landed = BackupSet.everywhere.filter(pk=backup_set.pk, seq=backup_set.seq, trashed_at=None).update(
        seq=backup_set.seq + 1,
        digest=digest_of(entries),
        items=len(entries),
        by_type=numbers_by_type(backup_set, members, run_id=run_id),
        verified_at=None,
        verdict="",
        faults=[],
    )
    if not landed:
        raise SetChanged


def abandon(sets: Any, *, now: datetime) -> int:
    """End as failed what is still building though its run has ended. Harmless when repeated."""
    orphans = sets.filter(Q(run=None) | Q(run__status=RunStatus.COMPLETED), state=SetState.BUILDING)
    keys = list(orphans.values_list("pk", flat=True)[:500])
    building = BackupSet.everywhere.filter(pk__in=keys, state=SetState.BUILDING).select_related("chain")
    for backup_set in building:
        fail(backup_set, "worker_lost", now=now)
    return len(keys)


def abandon_all(*, now: datetime) -> int:
    """End every set whose run has ended without it."""
    return abandon(BackupSet.everywhere.all(), now=now)


def numbers_by_type(backup_set: BackupSet, members: BackupMemberQuerySet, *, run_id: int) -> Numbers:
    """Return the counts of each chosen type: captured, reused, missing, failed, changed, ignored."""
    request = BackupRequest.from_json(backup_set.asked)
    numbers: Numbers = {key: {} for key in request.policy_types}
    captured, total = Count("pk", filter=Q(version__run_id=run_id)), Count("pk")
    for key, new, held in members.values_list("policy__type").annotate(new=captured, held=total).order_by():
        _add(numbers, key, {"captured": new, "reused": held - new})
    gaps: Counter[tuple[str, str]] = Counter()
    for gap in BackupGap.everywhere.filter(set=backup_set):
        if gap.graph_id or gap.kind != GapKind.FAILED:
            gaps[gap.type, gap.kind] += 1
        else:
            _add(numbers, gap.type, {"unread": gap.reason_code})
    for (key, gap_kind), count in gaps.items():
        _add(numbers, key, {gap_kind: count})
    if request.policies is None:
        ignored = Policy.everywhere.filter(tenant_id=backup_set.tenant_id, type__in=request.policy_types).ignored()
        for key, count in ignored.present().values_list("type").annotate(count=total).order_by():
            _add(numbers, key, {"ignored": count})
    return numbers


def _add(numbers: Numbers, key: str, more: dict[str, Any]) -> None:
    numbers.setdefault(key, {}).update({name: value for name, value in more.items() if value})


def _record(backup_set: BackupSet, state: SetState, items: int, now: datetime) -> None:
    audit.record(
        BACKUP_SET_FINISHED,
        workspace_id=backup_set.workspace_id,
        tenant_id=backup_set.tenant_id,
        target_type="backup_set",
        target_id=backup_set.pk,
        after={"chain": backup_set.chain.name, "state": state.value, "policies": items},
        at=now,
    )


def _count(backup_set: BackupSet, state: SetState, items: int, now: datetime) -> None:
    run = backup_set.run
    if run is None or run.type != BACKUP_IMPORT.key:
        days.count_set(backup_set.tenant, state, items, now=now)
