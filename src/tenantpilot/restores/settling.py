"""Settling restores whose run has ended: the outcome of a run is known only after its worker has left it."""

from datetime import datetime, timedelta

from django.db import transaction

from tenantpilot.operations.models import OperationRun
from tenantpilot.restores import moving
from tenantpilot.restores.approval_codes import DEPENDENCY_PENDING, WAITS_AT_MOST
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.restores.operations import RESTORE_EXECUTE, RESTORE_PREVIEW
from tenantpilot.restores.states import ItemState, RestoreState

UNDER_WAY = (RestoreState.PREVIEWING, RestoreState.CONFIRMED, RestoreState.EXECUTING)
STARTS_WITHIN = timedelta(minutes=1)
"""A confirmation is stored just before its run: whoever looks in between leaves it alone."""
GIVEN_UP_AFTER = timedelta(days=1)
"""Time that a run has, after a week of waiting, to end the restore and notify its person. Then it ends without one."""


def active_run(restore: RestoreRun) -> OperationRun | None:
    """Return the run that works on the restore or waits for it, if there is one."""
    kinds = (RESTORE_PREVIEW.key, RESTORE_EXECUTE.key)
    runs = OperationRun.everywhere.filter(tenant_id=restore.tenant_id, type__in=kinds, inputs__restore=restore.pk)
    return runs.active().select_related("tenant").order_by("-pk").first()


def settle(restore: RestoreRun, *, now: datetime) -> RestoreRun:
    """Bring the state up to what the restore's run says, and return the restore as it stands then."""
    if restore.state in UNDER_WAY and not _is_starting(restore, now=now) and active_run(restore) is None:
        _settle(restore, now=now)
        restore.refresh_from_db()
    elif restore.state == RestoreState.PREVIEWED and restore.preview_expires_at and restore.preview_expires_at <= now:
        moving.expire(restore.pk, now=now)
        restore.refresh_from_db()
    return restore


def settle_all(*, now: datetime) -> int:
    """Settle what is left over, and return how many restores moved. A duty of the scheduler."""
    number = moving.expire_all(now=now) + _end_long_waits(now=now)
    under_way = RestoreRun.everywhere.filter(state__in=UNDER_WAY).order_by("pk")
    for key in list(under_way.values_list("pk", flat=True)):
        restore = under_way.filter(pk=key).first()
        number += restore is not None and settle(restore, now=now).state not in UNDER_WAY
    return number


def _end_long_waits(*, now: datetime) -> int:
    """End the items that nobody has approved for a week and no run has ended since; return how many restores ended.

    No run does so where the person may not restore any more, or the tenant cannot be reached.
    """
    overdue = RestoreItem.everywhere.filter(state=ItemState.WAITING, waits_since__lte=_given_up(now))
    restores = RestoreRun.everywhere.filter(state=RestoreState.WAITING, pk__in=overdue.values("restore_run"))
    return sum(_end_long_wait(key, now=now) for key in restores.order_by("pk").values_list("pk", flat=True))


def _end_long_wait(restore_id: int, *, now: datetime) -> bool:
    """End the items of one restore that wait for too long. A run that works on it or is about to is let do so."""
    with transaction.atomic():
        restore = moving.locked(restore_id)
        if restore.state != RestoreState.WAITING or active_run(restore) is not None:
            return False
        waiting = RestoreItem.everywhere.of_run(restore.pk).filter(state=ItemState.WAITING)
        overdue = waiting.filter(waits_since__lte=_given_up(now))
        for item in overdue.exclude(reason_code=DEPENDENCY_PENDING):
            moving.move_item(item, ItemState.FAILED, reason_code="approval_expired")
        if not waiting.exclude(reason_code=DEPENDENCY_PENDING).exists():
            for item in overdue.filter(reason_code=DEPENDENCY_PENDING):
                moving.move_item(item, ItemState.SKIPPED, reason_code="dependency_failed")
        return not waiting.exists() and moving.to_end(restore.pk, restore.outcome, is_waiting=False, now=now)


def _given_up(now: datetime) -> datetime:
    """Return the time since when an item that is given up has waited."""
    return now - WAITS_AT_MOST - GIVEN_UP_AFTER


def _is_starting(restore: RestoreRun, *, now: datetime) -> bool:
    """Return True for a restore that was confirmed just now, and whose run is not stored yet."""
    at = restore.confirmed_at
    if restore.state != RestoreState.CONFIRMED or at is None or now >= at + STARTS_WITHIN:
        return False
    runs = OperationRun.everywhere.filter(tenant_id=restore.tenant_id, type=RESTORE_EXECUTE.key, created_at__gte=at)
    return not runs.filter(inputs__restore=restore.pk).exists()


def _settle(restore: RestoreRun, *, now: datetime) -> None:
    match RestoreState(restore.state):
        case RestoreState.PREVIEWING:
            moving.preview_ended_without_result(restore.pk)
        case RestoreState.CONFIRMED:
            moving.take_confirmation_back(restore.pk)
        case RestoreState.EXECUTING:
            waiting = RestoreItem.everywhere.of_run(restore.pk).filter(state=ItemState.WAITING)
            moving.to_end(restore.pk, _outcome_of(restore), is_waiting=waiting.exists(), now=now)


def _outcome_of(restore: RestoreRun) -> str:
    run = restore.execute_run
    return str(run.outcome or "") if run else ""
