"""The only writer of a run's status and outcome (OPS-05): one verb a step, each in a module of `lifecycle`."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tenantpilot.operations.lifecycle import (
    cancelling,
    claiming,
    completing,
    handing_over,
    records,
    reporting,
    starting,
)
from tenantpilot.operations.lifecycle.identity import identity_of, workspace_of
from tenantpilot.operations.lifecycle.leases import HANDED_OVER, SET_ASIDE, Lease
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.lifecycle.priorities import queue_of_schedule
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.lifecycle.reconciler import Reconciler
from tenantpilot.operations.lifecycle.silence import Watch, watch
from tenantpilot.operations.lifecycle.statements import Condition, held, still_as_seen
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.queues.dispatch import Dispatcher, configured_dispatcher
from tenantpilot.operations.results import AlreadyActive, Claimed, NotClaimable, Settled, Signals, Started, WaitsForSlot
from tenantpilot.operations.types import InputsT, OperationType
from tenantpilot.tenancy.models import Tenant, User, Workspace


class OperationRunService:
    """Starts, claims, extends, ends. Every condition that decides stands in the WHERE clause of a write."""

    def __init__(self, dispatcher: Dispatcher | None = None, watching: Watch = watch) -> None:
        self._dispatcher, self._watch = dispatcher or configured_dispatcher(), watching

    # A start surface calls these.

    def start(
        self,
        operation_type: OperationType[InputsT],
        *,
        tenant: Tenant | None,
        initiator: User | None,
        inputs: InputsT,
        now: datetime,
        workspace: Workspace | None = None,
        retry_of: OperationRun | None = None,
        scheduled: bool = False,
    ) -> Started | AlreadyActive:
        """Create the run and dispatch its job, or join the run that already does this work.

        `workspace` is for runs of a whole workspace, which have no tenant. Raises DispatchFailed,
        which carries the run, completed as failed; do not call it inside a transaction that such
        an error would roll back. `scheduled` runs wait behind those that people started.
        """
        stored = inputs.to_json()
        run = OperationRun(
            workspace_id=workspace_of(tenant, workspace),
            tenant=tenant,
            initiator=initiator,
            type=operation_type.key,
            identity=identity_of(operation_type, stored),
            inputs=stored,
            queue=queue_of_schedule(operation_type.queue) if scheduled else operation_type.queue,
            created_at=now,
            dispatched_at=now,
            retry_of=retry_of,
        )
        return starting.start(run, self._dispatcher, self._complete, now=now)

    def record_parent(self, run: OperationRun, parent_id: int, *, now: datetime) -> None:
        """Record in the run's timeline that another operation asked for it. Call it in the transaction of the start."""
        records.record_event("asked_by_operation", run.pk, now=now, attempt=run.attempt, data={"operation": parent_id})

    def request_cancel(self, run: OperationRun, *, actor: User | None, now: datetime) -> bool:
        """End a queued run at once and return True; ask a running one to stop and return False.

        A running one stops at its next safe point. Raises CannotCancel.
        """
        return cancelling.request_cancel(run, self._complete, actor=actor, now=now)

    # A worker calls these. Where they return False the lease was lost: the worker stops and writes nothing more.

    def claim(self, run_id: int, *, owner: str, now: datetime) -> Claimed | NotClaimable | WaitsForSlot:
        """Take the run if it waits, or if its worker gave it up or was given up."""
        return claiming.claim(run_id, self._dispatcher, owner=owner, now=now)

    def heartbeat(self, lease: Lease, *, now: datetime, seconds_spent: float = 0) -> bool:
        """Extend the lease, and write how long the run was worked on.

        Raises OperationalError rather than wait for a lock: a beat that is late would speak for a worker that is gone.
        """
        return reporting.heartbeat(lease, now=now, seconds_spent=seconds_spent)

    def spend(self, lease: Lease, *, seconds_spent: float) -> bool:
        """Write how long the run was worked on, and extend nothing."""
        return reporting.record_time(lease, seconds_spent=seconds_spent)

    def signals(self, lease: Lease) -> Signals:
        """Return if the lease is in force, and if a person asked to cancel it or stopped all work."""
        return reporting.signals(lease)

    def progress(self, lease: Lease, progress: Progress, *, now: datetime) -> bool:
        """Write how far the run is."""
        return reporting.write_progress(lease, progress, now=now)

    def checkpoint(
        self,
        lease: Lease,
        data: dict[str, Any],
        *,
        now: datetime,
        spent: float | None = None,
        progress: Progress | None = None,
    ) -> bool:
        """Keep what the next worker needs. With the seconds spent it is a heartbeat as well."""
        return reporting.write_checkpoint(lease, data, now=now, seconds_spent=spent, progress=progress)

    def lock(self, lease: Lease) -> bool:
        """Lock the run until the caller's transaction ends: whoever locks the audit log as well locks the run first."""
        return reporting.lock(lease)

    def note(self, lease: Lease, name: str, data: dict[str, Any], *, now: datetime) -> bool:
        """Add a line to the timeline."""
        return reporting.record_note(lease, name, data, now=now)

    def hand_on(self, lease: Lease, *, now: datetime, seconds_spent: float = 0, reason: str = HANDED_OVER) -> bool:
        """Let another worker take the run up at once; `why` is the event that says so."""
        spent = seconds_spent
        return handing_over.hand_over(lease, self._dispatcher, reason, until=None, now=now, seconds_spent=spent)

    def set_aside(self, lease: Lease, *, seconds: float, now: datetime, seconds_spent: float = 0) -> bool:
        """Let a worker take the run up in so many seconds, because nobody can work on it before.

        The wait counts to the time limit, here as in a worker, so that no run waits for ever.
        """
        until, spent = now + timedelta(seconds=seconds), seconds_spent + seconds
        return handing_over.hand_over(lease, self._dispatcher, SET_ASIDE, until=until, now=now, seconds_spent=spent)

    def finish(self, lease: Lease, ending: Ending, *, now: datetime) -> bool:
        """Complete the run and notify its initiator, both or neither."""
        return self._complete(held(lease), ending, now=now)

    # The reconciler calls these.

    def reconcile(self, *, now: datetime) -> Settled:
        """Settle what nobody else will: lost jobs, lost workers, cancels and limits nobody honoured (OPS-07)."""
        return Reconciler(self, self._dispatcher, self._watch).settle(now=now)

    def redispatch(self, run: OperationRun, *, now: datetime) -> bool:
        """Take the run from its worker and dispatch it; once for each state it was seen in."""
        return handing_over.redispatch(run, self._dispatcher, now=now)

    def complete_abandoned(self, run: OperationRun, ending: Ending, *, now: datetime) -> bool:
        """End a run whose worker is lost or unresponsive, if it is still as it was seen."""
        return self._complete(still_as_seen(run), ending, now=now)

    def _complete(self, condition: Condition, ending: Ending, *, now: datetime, canceller: User | None = None) -> bool:
        """Make the canonical transition into `completed`; every ending of every run passes here."""
        wake = partial(handing_over.wake_next, dispatcher=self._dispatcher, now=now)
        return completing.complete(condition, ending, now=now, canceller=canceller, wake=wake)
