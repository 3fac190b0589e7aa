"""Holding sets, trashing them, taking them back and deleting them for good. Each verb is one transaction, audited."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.backups.audit_actions import (
    BACKUP_SET_DELETED,
    BACKUP_SET_HELD,
    BACKUP_SET_RELEASED,
    BACKUP_SET_RESTORED,
    BACKUP_SET_TRASHED,
)
from tenantpilot.backups.last_good import is_last_of_a_type
from tenantpilot.backups.models import LOCK, BackupSet
from tenantpilot.backups.orphans import drop_orphans
from tenantpilot.backups.states import SetState
from tenantpilot.backups.usage import in_use
from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.sanitizing import screened
from tenantpilot.tenancy.models import Tenant, User

LONGEST_REASON = 200


class SetRefused(ReasonedError):
    """The set stays as it is; the reason code says why."""


def is_held(backup_set: BackupSet, *, now: datetime) -> bool:
    """Return True while the hold lasts. An expired hold holds nothing."""
    until = backup_set.held_until
    return backup_set.held_at is not None and (until is None or until > now)


def hold(backup_set: BackupSet, *, reason: str, until: datetime | None, actor: User, now: datetime) -> None:
    """Keep the set from the trash, or give its hold another reason and end. Raises SetRefused."""
    with transaction.atomic():
        record = _locked(backup_set)
        if record.trashed_at is not None or not record.has_content:
            raise SetRefused(reason_code="set_not_found")
        if is_held(record, now=now) and _ends_earlier(until, record.held_until):
            raise SetRefused(reason_code="held")
        before = _hold_facts(record)
        record.held_at, record.held_by, record.held_until = record.held_at or now, actor, until
        record.hold_reason = screened(reason)[:LONGEST_REASON]
        record.save(update_fields=["held_at", "held_by", "held_until", "hold_reason"])
        _record(BACKUP_SET_HELD, record, actor, now, before, _hold_facts(record))


def release(backup_set: BackupSet, *, actor: User, now: datetime) -> datetime:
    """End the hold after the lock, or when it ends anyway; answers when. Raises SetRefused."""
    with transaction.atomic():
        record = _locked(backup_set)
        if not is_held(record, now=now):
            raise SetRefused(reason_code="not_held")
        before, ends = _hold_facts(record), now + LOCK
        if record.held_until is None or record.held_until > ends:
            record.held_until = ends
            record.save(update_fields=["held_until"])
            _record(BACKUP_SET_RELEASED, record, actor, now, before, _hold_facts(record))
    return record.held_until or ends


def trash(backup_set: BackupSet, *, actor: User | None, now: datetime) -> bool:
    """Move the set to the trash. Return False if it is there already. Raises SetRefused."""
    with transaction.atomic():
        Tenant.everywhere.select_for_update(no_key=True).get(pk=backup_set.tenant_id)
        record = _locked(backup_set)
        if record.trashed_at is not None:
            return False
        _require_removable(record, now=now)
        try:
            with transaction.atomic():
                BackupSet.everywhere.filter(pk=record.pk).update(
                    trashed_at=now, trashed_by=actor, held_at=None, held_by=None, held_until=None, hold_reason=""
                )
        except IntegrityError as error:
            raise SetRefused(reason_code="last_good") from error
        _record(BACKUP_SET_TRASHED, record, actor, now, {"state": record.state}, None)
    return True


def take_back(backup_set: BackupSet, *, actor: User | None, now: datetime) -> bool:
    """Take the set out of the trash. Return False if it is not there."""
    with transaction.atomic():
        trashed = BackupSet.everywhere.filter(pk=backup_set.pk, trashed_at__isnull=False)
        landed = trashed.update(trashed_at=None, trashed_by=None)
        if landed:
            _record(BACKUP_SET_RESTORED, backup_set, actor, now, None, {"state": backup_set.state})
    return bool(landed)


def delete(backup_set: BackupSet, *, actor: User | None, now: datetime) -> None:
    """Delete a trashed set for good, with the members that no other set holds. Raises SetRefused."""
    with transaction.atomic():
        record = _locked(backup_set)
        _require_deletable(record, now=now)
        facts = {"chain": record.chain.name, "state": record.state, "policies": record.items, "digest": record.digest}
        chain = record.chain
        _record(BACKUP_SET_DELETED, record, actor, now, facts, None)
        record.delete()
        drop_orphans(chain)


def _require_removable(record: BackupSet, *, now: datetime) -> None:
    if record.state == SetState.BUILDING or in_use([record.pk]):
        raise SetRefused(reason_code="in_use")
    if is_held(record, now=now):
        raise SetRefused(reason_code="held")
    if is_last_of_a_type(record):
        raise SetRefused(reason_code="last_good")


def _require_deletable(record: BackupSet, *, now: datetime) -> None:
    if record.trashed_at is None:
        raise SetRefused(reason_code="not_in_trash")
    if record.trashed_by_id is not None and record.trashed_at > now - LOCK:
        raise SetRefused(reason_code="locked")
    if in_use([record.pk]):
        raise SetRefused(reason_code="in_use")


def _locked(backup_set: BackupSet) -> BackupSet:
    """Raises SetRefused for a set that is gone."""
    rows = BackupSet.everywhere.select_for_update(of=("self",), no_key=True).select_related("chain", "tenant")
    record: BackupSet | None = rows.filter(pk=backup_set.pk).first()
    if record is None:
        raise SetRefused(reason_code="set_not_found")
    return record


def _ends_earlier(until: datetime | None, held_until: datetime | None) -> bool:
    """A hold is made shorter by a release alone, which the lock delays."""
    if until is None:
        return False
    return held_until is None or until < held_until


def _hold_facts(record: BackupSet) -> dict[str, Any]:
    if record.held_at is None:
        return {}
    return {"reason": record.hold_reason, "until": record.held_until.isoformat() if record.held_until else "no end"}


def _record(
    action: AuditAction,
    record: BackupSet,
    actor: User | None,
    now: datetime,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    audit.record(
        action,
        workspace_id=record.workspace_id,
        tenant_id=record.tenant_id,
        actor=actor,
        target_type="backup_set",
        target_id=record.pk,
        before=before,
        after=after,
        at=now,
    )
