"""A run goes from one worker to another: handed over, set aside, or dispatched again after its worker was lost."""

from datetime import datetime

from django.db import transaction

from tenantpilot.operations.lifecycle import records, slots
from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.lifecycle.priorities import priority_of
from tenantpilot.operations.lifecycle.time_spent import at_least
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.queues.dispatch import Dispatcher

# What changes whenever a run is put in line, taken or left: a run that is still so is where it was seen.
AS_SEEN = ("dispatches", "dispatched_at", "attempt", "lease_owner", "lease_expires_at")


def hand_over(
    lease: Lease, dispatcher: Dispatcher, event: str, *, until: datetime | None, now: datetime, seconds_spent: float
) -> bool:
    """Give the lease back and dispatch the run for another worker. Return False if the lease was lost."""
    with transaction.atomic():
        held = OperationRun.everywhere.held_by(lease)
        gone = {"lease_owner": "", "lease_expires_at": now, "seconds_spent": at_least(seconds_spent)}
        if not held.update(**gone, not_before=until, dispatched_at=now, dispatches=1):
            return False
        records.record_event(event, lease.run_id, now=now, attempt=lease.attempt)
        run = OperationRun.everywhere.only("queue", "initiator_id", "attempt", "workspace_id").get(pk=lease.run_id)
        dispatcher.dispatch(lease.run_id, queue=run.queue, priority=priority_of(run), not_before=until)
        if until is not None:
            wake_next(run.workspace_id, dispatcher, now=now)
    return True


def wake_next(workspace_id: int, dispatcher: Dispatcher, *, now: datetime) -> None:
    """Put the run in line that waits longest for a slot of the workspace. Call it where one has become free.

    It goes before its equals, as one that was in line before them. The job by which it would have tried again finds
    it taken.
    """
    if (key := slots.next_put_off(workspace_id, now=now)) is None:
        return
    run = OperationRun.everywhere.only("queue", "initiator_id", "attempt").get(pk=key)
    OperationRun.everywhere.queued().filter(pk=key).update(not_before=None, dispatched_at=now)
    dispatcher.dispatch(key, queue=run.queue, priority=priority_of(run) + 1)


def redispatch(run: OperationRun, dispatcher: Dispatcher, *, now: datetime) -> bool:
    """Take the run from the worker that it was seen with, and dispatch it. Return False if it has changed since."""
    # Only jobs that the queue lost make the next one wait longer, not those that a worker took.
    state = {name: getattr(run, name) for name in AS_SEEN}
    dispatches = 1 if run.lease_owner else run.dispatches + 1
    with transaction.atomic():
        unchanged = OperationRun.everywhere.active().filter(pk=run.pk, **state)
        if not unchanged.update(lease_owner="", not_before=None, dispatched_at=now, dispatches=dispatches):
            return False
        dispatcher.dispatch(run.pk, queue=run.queue, priority=priority_of(run))
        records.record_event("dispatched_again", run.pk, now=now, attempt=run.attempt)
    return True
