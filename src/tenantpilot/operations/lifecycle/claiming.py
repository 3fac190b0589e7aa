"""A worker's claim: slot, row and timeline in one short transaction."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from tenantpilot.core.fast_insert import stored_time
from tenantpilot.operations.lifecycle import records, slots
from tenantpilot.operations.lifecycle.leases import Lease, lease_time
from tenantpilot.operations.lifecycle.priorities import priority_of
from tenantpilot.operations.lifecycle.statements import CLAIM_RUN, stored_token
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.queues.dispatch import Dispatcher
from tenantpilot.operations.results import Claimed, NotClaimable, WaitsForSlot


def claim(run_id: int, dispatcher: Dispatcher, *, owner: str, now: datetime) -> Claimed | NotClaimable | WaitsForSlot:
    """Take the run for the worker `owner` if it is free, due and has a slot."""
    with transaction.atomic():
        if (waits := _wait_for_slot(run_id, dispatcher, now=now)) is not None:
            return waits
        lease_token = uuid4()
        at, until = stored_time(now), stored_time(now + lease_time())
        values = [at, at, stored_token(lease_token), owner[:128], until, run_id, at]
        run = next(iter(OperationRun.everywhere.raw(CLAIM_RUN, values)), None)
        if run is None:
            return NotClaimable()
        records.record_event(run.how_taken, run_id, now=now, attempt=run.attempt)
    return Claimed(Lease(run_id, lease_token, run.attempt), run)


def _wait_for_slot(run_id: int, dispatcher: Dispatcher, *, now: datetime) -> WaitsForSlot | None:
    """Put the run off and return who holds the slots, or None if there is one. The claim's transaction decides."""
    if (run := slots.in_line(run_id)) is None:
        return None
    slots.decide_alone(run)
    if (full := slots.full(run, now=now)) is None:
        return None
    waiting = OperationRun.everywhere.get(pk=run_id)
    retry = slots.RETRY_OF_BEGUN if waiting.attempt else slots.RETRY
    _put_off(waiting, dispatcher, until=now + retry, now=now)
    return WaitsForSlot(full.running, full.place)


def _put_off(run: OperationRun, dispatcher: Dispatcher, *, until: datetime, now: datetime) -> None:
    due = OperationRun.everywhere.filter(pk=run.pk, dispatched_at=run.dispatched_at)
    if due.claimable(now=now).update(not_before=until, dispatched_at=now):
        dispatcher.dispatch(run.pk, queue=run.queue, priority=priority_of(run), not_before=until)
