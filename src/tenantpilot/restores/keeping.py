"""Trashing records of restores, taking them back and deleting them for good. Each verb is one transaction, audited.

Only TenantPilot's own record goes: nothing is changed in the tenant, and the versions that a restore took stay.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from tenantpilot.core.errors import ReasonedError
from tenantpilot.restores import moving
from tenantpilot.restores.audit_actions import RESTORE_DELETED, RESTORE_TAKEN_BACK, RESTORE_TRASHED
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.recording import record_action
from tenantpilot.restores.states import ENDED
from tenantpilot.tenancy.models import User


class CannotRemove(ReasonedError):
    """The record stays as it is; the reason code says why."""


def trash(restore: RestoreRun, *, actor: User | None, now: datetime) -> bool:
    """Move the record of an ended restore to the trash. Return False if it is there already. Raises CannotRemove."""
    with transaction.atomic():
        record = _locked(restore)
        if record.trashed_at is not None:
            return False
        if record.state not in ENDED:
            raise CannotRemove(reason_code="in_use")
        RestoreRun.everywhere.filter(pk=record.pk).update(trashed_at=now)
        record_action(RESTORE_TRASHED, record, actor, now, before=_facts(record), after=None)
    return True


def take_back(restore: RestoreRun, *, actor: User | None, now: datetime) -> bool:
    """Take the record out of the trash. Return False if it is not there. Raises CannotRemove."""
    with transaction.atomic():
        record = _locked(restore)
        if record.trashed_at is None:
            return False
        RestoreRun.everywhere.filter(pk=record.pk).update(trashed_at=None)
        record_action(RESTORE_TAKEN_BACK, record, actor, now, before=None, after=_facts(record))
    return True


def delete(restore: RestoreRun, *, actor: User | None, now: datetime) -> None:
    """Delete a trashed record for good, with its items and references. Raises CannotRemove."""
    with transaction.atomic():
        record = _locked(restore)
        if record.trashed_at is None:
            raise CannotRemove(reason_code="not_in_trash")
        if record.state not in ENDED:
            raise CannotRemove(reason_code="in_use")
        items = RestoreItem.everywhere.of_run(record.pk).count()
        record_action(RESTORE_DELETED, record, actor, now, before={**_facts(record), "items": items}, after=None)
        record.delete()


def _locked(restore: RestoreRun) -> RestoreRun:
    """Raises CannotRemove for a record that is gone."""
    try:
        return moving.locked(restore.pk)
    except RestoreRun.DoesNotExist:
        raise CannotRemove(reason_code="restore_gone") from None


def _facts(record: RestoreRun) -> dict[str, Any]:
    return {"source": record.source, "state": record.state, "outcome": record.outcome, "reason": record.reason}
