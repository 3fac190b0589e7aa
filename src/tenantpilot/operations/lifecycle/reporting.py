"""Write for the worker that holds a run. Each write carries the lease, and returns False if that was lost."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tenantpilot.core.sanitizing import harmless
from tenantpilot.operations.lifecycle import records
from tenantpilot.operations.lifecycle.leases import LEFT_IN_GOOD_ORDER, Lease
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.lifecycle.statements import sign_of_life, wait_for_no_lock
from tenantpilot.operations.lifecycle.time_spent import at_least
from tenantpilot.operations.models import OperationRun, RunProgress
from tenantpilot.operations.queries import IS_STOPPED
from tenantpilot.operations.results import Signals


def heartbeat(lease: Lease, *, now: datetime, seconds_spent: float) -> bool:
    """Extend the lease. Raises OperationalError rather than wait for a lock."""
    with transaction.atomic():
        wait_for_no_lock()
        return bool(OperationRun.everywhere.held_by(lease).update(**sign_of_life(now, seconds_spent)))


def record_time(lease: Lease, *, seconds_spent: float) -> bool:
    """Write how long the run was worked on, and extend nothing."""
    return bool(OperationRun.everywhere.held_by(lease).update(seconds_spent=at_least(seconds_spent)))


def signals(lease: Lease) -> Signals:
    """Return if the lease is in force, and if a person asked to cancel it or stopped all work. One query."""
    row = OperationRun.everywhere.held_by(lease).values_list("cancel_requested_at", IS_STOPPED).first()
    cancel_requested_at, is_stopped = row or (None, False)
    return Signals(held=row is not None, cancel_requested=cancel_requested_at is not None, stopped=bool(is_stopped))


def write_progress(lease: Lease, progress: Progress, *, now: datetime) -> bool:
    return _write_live(lease, {"processed": progress.processed, "total": progress.total, "updated_at": now})


def write_checkpoint(
    lease: Lease, data: dict[str, Any], *, now: datetime, seconds_spent: float | None, progress: Progress | None
) -> bool:
    """Keep what the next worker needs, with the progress if it is known. With the seconds spent it is a heartbeat."""
    if seconds_spent is not None:
        OperationRun.everywhere.held_by(lease).update(**sign_of_life(now, seconds_spent))
    numbers = {} if progress is None else {"processed": progress.processed, "total": progress.total}
    return _write_live(lease, {"checkpoint": data, "updated_at": now, **numbers})


def lock(lease: Lease) -> bool:
    """Lock the run until the transaction ends. SQLite has one lock for all that is written, and needs no other."""
    if not connection.features.has_select_for_update:
        return True
    return bool(OperationRun.everywhere.held_by(lease).select_for_update(no_key=True).exists())


def record_note(lease: Lease, name: str, data: dict[str, Any], *, now: datetime) -> bool:
    """Add a line of the handler's own to the timeline; names that decide something are the engine's."""
    with transaction.atomic():
        held = OperationRun.everywhere.held_by(lease).select_for_update(no_key=True).exists()
        if held and name not in LEFT_IN_GOOD_ORDER:
            records.record_event(name[:48], lease.run_id, now=now, attempt=lease.attempt, data=harmless(data))
    return bool(held)


def _write_live(lease: Lease, values: dict[str, Any]) -> bool:
    """Lock the run first, so that a takeover under way decides before: what it fenced cannot land after it."""
    with transaction.atomic():
        held = OperationRun.everywhere.held_by(lease).select_for_update(no_key=True).exists()
        if held and not RunProgress.objects.filter(run_id=lease.run_id).update(**values):
            RunProgress.objects.create(run_id=lease.run_id, **values)
    return bool(held)
