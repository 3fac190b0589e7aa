"""The only writer of a run's status and outcome (OPS-05)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction

from tenantpilot.audit import services as audit
from tenantpilot.core.inserting import stored_time
from tenantpilot.core.outages import is_outage
from tenantpilot.core.sanitizing import describe, harmless
from tenantpilot.operations.lifecycle import slots
from tenantpilot.operations.lifecycle.identity import identity_of, workspace_of
from tenantpilot.operations.lifecycle.leases import HANDED_ON, LEFT_IN_GOOD_ORDER, SET_ASIDE, Lease, lease_time
from tenantpilot.operations.lifecycle.outcome import EndedRun, Ending, stopped
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.lifecycle.reconciler import Reconciler
from tenantpilot.operations.lifecycle.silence import Watch, watch
from tenantpilot.operations.lifecycle.statements import (
    BORN_WITH,
    END,
    INSERT_EVENT,
    INSERT_RUN,
    TAKE,
    Condition,
    IdentityTaken,
    held,
    one_active,
    sign_of_life,
    still_as_seen,
    still_queued,
    stored_token,
    values_of_end,
    wait_for_no_lock,
)
from tenantpilot.operations.lifecycle.time_spent import at_least
from tenantpilot.operations.models import OperationRun, RunProgress
from tenantpilot.operations.notifications import OperationRunCompleted
from tenantpilot.operations.queues.dispatch import Dispatcher, configured_dispatcher
from tenantpilot.operations.results import (
    AlreadyActive,
    CannotCancel,
    Claimed,
    DispatchFailed,
    NotClaimable,
    Settled,
    Signals,
    Started,
    WaitsForSlot,
)
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.operations.types import Inputs, OperationType
from tenantpilot.tenancy.models import Tenant, User, Workspace

log = structlog.get_logger(__name__)


class _Refused(Exception):
    """The queue did not take the job."""


class OperationRunService:
    """Starts, claims, extends, ends. Every condition that decides stands in the WHERE clause of a write."""

    def __init__(self, dispatcher: Dispatcher | None = None, watching: Watch = watch) -> None:
        self._dispatcher, self._watch = dispatcher or configured_dispatcher(), watching

    # A start surface calls these.

    def start(
        self,
        kind: OperationType,
        *,
        tenant: Tenant | None,
        initiator: User | None,
        inputs: Inputs,
        now: datetime,
        workspace: Workspace | None = None,
        retry_of: OperationRun | None = None,
    ) -> Started | AlreadyActive:
        """Create the run and put its job in line, or join the run that already does this work.

        `workspace` is for runs of a whole workspace, which have no tenant. Raises DispatchFailed,
        which carries the run, completed as failed; do not call it inside a transaction that such
        an error would roll back.
        """
        run = OperationRun(
            workspace_id=workspace_of(tenant, workspace),
            tenant=tenant,
            initiator=initiator,
            type=kind.key,
            identity=identity_of(kind, inputs),
            inputs=dict(inputs),
            queue=kind.queue,
            created_at=now,
            dispatched_at=now,
            retry_of=retry_of,
        )
        while not self._insert_and_dispatch(run, now=now):
            if (active := self._active_like(run)) is not None:
                return AlreadyActive(active)
        if run.status == RunStatus.COMPLETED:
            raise DispatchFailed(run)
        return Started(run)

    def request_cancel(self, run: OperationRun, *, actor: User, now: datetime) -> bool:
        """End a queued run at once; ask a running one to stop at its next safe point.

        True when it is ended already, False when it was asked. Raises CannotCancel.
        """
        ending = stopped(RunOutcome.CANCELLED, describe("cancelled_by_person"))
        if self._complete(still_queued(run.pk), ending, now=now, canceller=actor):
            return True
        with transaction.atomic():
            running = OperationRun.everywhere.running().filter(pk=run.pk)
            if running.filter(cancel_requested_at=None).update(cancel_requested_at=now, cancel_requested_by=actor):
                self._tell("cancel_requested", run.pk, now=now)
                self._audit("run.cancel_requested", run, actor=actor, now=now)
            elif not running.exists():
                raise CannotCancel(OperationRun.everywhere.get(pk=run.pk))
        return False

    # A worker calls these.

    def claim(self, run_id: int, *, owner: str, now: datetime) -> Claimed | NotClaimable | WaitsForSlot:
        """Take the run if it waits, or if its worker gave it up or was given up."""
        lease_token = uuid4()
        with transaction.atomic():
            if (waits := self._waits_for_slot(run_id, now=now)) is not None:
                return waits
            taken = self._take(run_id, lease_token, owner=owner, now=now)
            if taken is None:
                return NotClaimable()
            self._tell(taken.how_taken, run_id, now=now, attempt=taken.attempt)
        return Claimed(Lease(run_id, lease_token, taken.attempt), taken)

    def _take(self, run_id: int, lease_token: UUID, *, owner: str, now: datetime) -> OperationRun | None:
        at, until = stored_time(now), stored_time(now + lease_time())
        taken = OperationRun.everywhere.raw(TAKE, [at, at, stored_token(lease_token), owner[:128], until, run_id, at])
        return next(iter(taken), None)

    def heartbeat(self, lease: Lease, *, now: datetime, seconds_spent: float = 0) -> bool:
        """Extend the lease, and say how long the run was worked on. False: it was lost, stop and write nothing more.

        Raises OperationalError rather than wait for a lock: a beat that is late would speak for a worker that is gone.
        """
        with transaction.atomic():
            wait_for_no_lock()
            return bool(OperationRun.everywhere.held_by(lease).update(**sign_of_life(now, seconds_spent)))

    def spend(self, lease: Lease, *, seconds_spent: float) -> bool:
        """Say how long the run was worked on, and extend nothing. False: the lease was lost."""
        return bool(OperationRun.everywhere.held_by(lease).update(seconds_spent=at_least(seconds_spent)))

    def signals(self, lease: Lease) -> Signals:
        """Whether the lease still holds, and whether somebody asked to cancel."""
        asked = OperationRun.everywhere.held_by(lease).values_list("cancel_requested_at", flat=True).first()
        held = asked is not None or OperationRun.everywhere.held_by(lease).exists()
        return Signals(held=held, cancel_requested=asked is not None)

    def progress(self, lease: Lease, progress: Progress, *, now: datetime) -> bool:
        """Write how far the run is. False: the lease was lost."""
        values = {"processed": progress.processed, "total": progress.total, "updated_at": now}
        return self._write_live(lease, values)

    def checkpoint(self, lease: Lease, data: dict[str, Any], *, now: datetime, spent: float | None = None) -> bool:
        """Keep what the next worker needs. With the seconds spent it is a heartbeat too. False: the lease was lost."""
        if spent is not None:
            OperationRun.everywhere.held_by(lease).update(**sign_of_life(now, spent))
        return self._write_live(lease, {"checkpoint": data, "updated_at": now})

    def note(self, lease: Lease, name: str, data: dict[str, Any], *, now: datetime) -> bool:
        """Add a line to the timeline. False: the lease was lost."""
        with transaction.atomic():
            held = OperationRun.everywhere.held_by(lease).select_for_update(no_key=True).exists()
            if held and name not in LEFT_IN_GOOD_ORDER:
                self._tell(name[:48], lease.run_id, now=now, attempt=lease.attempt, data=harmless(data))
        return bool(held)

    def hand_on(self, lease: Lease, *, now: datetime, seconds_spent: float = 0, why: str = HANDED_ON) -> bool:
        """Let another worker take the run up at once; `why` is the event that says so. False: the lease was lost."""
        return self._leave(lease, why, until=None, now=now, seconds_spent=seconds_spent)

    def set_aside(self, lease: Lease, *, seconds: float, now: datetime, seconds_spent: float = 0) -> bool:
        """Nobody can work on the run for so long: let a worker take it up then. False: the lease was lost.

        To wait is part of its work, here as in a worker: it counts to the time limit, so that no run waits for ever.
        """
        until, spent = now + timedelta(seconds=seconds), seconds_spent + seconds
        return self._leave(lease, SET_ASIDE, until=until, now=now, seconds_spent=spent)

    def _leave(self, lease: Lease, said: str, *, until: datetime | None, now: datetime, seconds_spent: float) -> bool:
        with transaction.atomic():
            held = OperationRun.everywhere.held_by(lease)
            gone = {"lease_owner": "", "lease_expires_at": now, "seconds_spent": at_least(seconds_spent)}
            if not held.update(**gone, not_before=until, dispatched_at=now, dispatches=1):
                return False
            self._tell(said, lease.run_id, now=now, attempt=lease.attempt)
            queue = OperationRun.everywhere.values_list("queue", flat=True).get(pk=lease.run_id)
            self._dispatcher.dispatch(lease.run_id, queue=queue, not_before=until)
        return True

    def finish(self, lease: Lease, ending: Ending, *, now: datetime) -> bool:
        """Complete the run and tell its initiator, both or neither. False: the lease was lost."""
        return self._complete(held(lease), ending, now=now)

    # The reconciler calls these.

    def reconcile(self, *, now: datetime) -> Settled:
        """Settle what nobody else will: lost jobs, lost workers, cancels and limits nobody honoured (OPS-07)."""
        return Reconciler(self, self._dispatcher, self._watch).settle(now=now)

    def redispatch(self, run: OperationRun, *, now: datetime) -> bool:
        """Take the run from whoever had it, and put its job in line again; once for each state it was seen in."""
        # Only jobs that the queue lost make the next one wait longer, not those that a worker took.
        state = {name: getattr(run, name) for name in ("dispatches", "attempt", "lease_owner", "lease_expires_at")}
        dispatches = 1 if run.lease_owner else run.dispatches + 1
        with transaction.atomic():
            seen = OperationRun.everywhere.active().filter(pk=run.pk, **state)
            if not seen.update(lease_owner="", not_before=None, dispatched_at=now, dispatches=dispatches):
                return False
            self._dispatcher.dispatch(run.pk, queue=run.queue)
            self._tell("dispatched_again", run.pk, now=now, attempt=run.attempt)
        return True

    def complete_abandoned(self, run: OperationRun, ending: Ending, *, now: datetime) -> bool:
        """End a run whose worker is gone or deaf, if it is still as it was seen."""
        return self._complete(still_as_seen(run), ending, now=now)

    # The transition.

    def _complete(self, condition: Condition, ending: Ending, *, now: datetime, canceller: User | None = None) -> bool:
        """The canonical transition into `completed`: row, timeline, telling and audit, all or nothing."""
        said = values_of_end(ending, now=now, canceller_id=canceller.pk if canceller else None)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(END + condition.where, [*said, *condition.values])
                landed = cursor.fetchone()
            if landed:
                self._record_ending(EndedRun(*landed), ending, now=now, actor=canceller)
        return bool(landed)

    def _record_ending(self, run: EndedRun, ending: Ending, *, now: datetime, actor: User | None) -> None:
        self._tell("completed", run.pk, now=now, attempt=run.attempt, data={"outcome": ending.outcome.value})
        OperationRunCompleted.store(run, ending, at=now)
        self._audit("run.completed", run, actor=actor, now=now, after={"outcome": ending.outcome.value})

    # Parts of a start.

    def _insert_and_dispatch(self, run: OperationRun, *, now: datetime) -> bool:
        """False: the same work is active. The partial unique index is the referee (OPS-06)."""
        try:
            with one_active(), transaction.atomic():
                self._insert(run, now=now)
                self._dispatch(run)
        except IdentityTaken:
            return False
        except _Refused as refused:
            log.error("dispatch_failed", type=run.type, exc_info=refused.__cause__)
            return self._insert_refused(run, now=now)
        return True

    def _insert(self, run: OperationRun, *, now: datetime) -> None:
        run.pk = INSERT_RUN(**{name: getattr(run, name) for name in BORN_WITH})
        run._state.adding = False
        self._tell("queued", run.pk, now=now)
        facts = {"type": run.type} | ({"retry_of": run.retry_of_id} if run.retry_of_id else {})
        self._audit("run.queued", run, actor=run.initiator, now=now, after=facts)

    def _dispatch(self, run: OperationRun) -> None:
        try:
            self._dispatcher.dispatch(run.pk, queue=run.queue)
        except Exception as error:
            if is_outage(error):
                raise
            raise _Refused from error

    def _insert_refused(self, run: OperationRun, *, now: datetime) -> bool:
        """OPS-31: if the queue cannot take the job, the run ends here and says so. All else was rolled back."""
        try:
            with one_active(), transaction.atomic():
                self._insert(run, now=now)
                ending = stopped(RunOutcome.FAILED, describe("dispatch_failed"))
                self._complete(still_queued(run.pk), ending, now=now)
        except IdentityTaken:
            return False
        run.refresh_from_db()
        return True

    def _active_like(self, run: OperationRun) -> OperationRun | None:
        like = OperationRun.everywhere.of_identity(
            run.type, workspace_id=run.workspace_id, tenant_id=run.tenant_id, identity=run.identity
        )
        return like.active().select_related("tenant").first()

    # Parts of a claim.

    def _waits_for_slot(self, run_id: int, *, now: datetime) -> WaitsForSlot | None:
        """Decide the limits of tenant and workspace in the transaction of the claim."""
        if (run := slots.in_line(run_id)) is None:
            return None
        slots.decide_alone(run)
        if (full := slots.full(run)) is None:
            return None
        self._put_off(OperationRun.everywhere.get(pk=run_id), until=now + slots.RETRY, now=now)
        return WaitsForSlot(full.running, full.place)

    def _put_off(self, run: OperationRun, *, until: datetime, now: datetime) -> None:
        due = OperationRun.everywhere.filter(pk=run.pk, dispatched_at=run.dispatched_at)
        if due.claimable(now=now).update(not_before=until, dispatched_at=now):
            self._dispatcher.dispatch(run.pk, queue=run.queue, not_before=until)

    # Small parts.

    def _write_live(self, lease: Lease, values: dict[str, Any]) -> bool:
        """The lock makes a takeover that is under way decide first: what it fenced cannot land after it."""
        with transaction.atomic():
            held = OperationRun.everywhere.held_by(lease).select_for_update(no_key=True).exists()
            if held and not RunProgress.objects.filter(run_id=lease.run_id).update(**values):
                RunProgress.objects.create(run_id=lease.run_id, **values)
        return bool(held)

    def _tell(
        self, name: str, run_id: int, *, now: datetime, attempt: int = 0, data: dict[str, Any] | None = None
    ) -> None:
        INSERT_EVENT(run_id=run_id, name=name, at=now, attempt=attempt, data=data or {})

    def _audit(
        self,
        action: str,
        run: OperationRun | EndedRun,
        *,
        actor: User | None,
        now: datetime,
        after: dict[str, Any] | None = None,
    ) -> None:
        audit.record(
            action,
            workspace_id=run.workspace_id,
            tenant_id=run.tenant_id,
            actor=actor,
            target_type="operation_run",
            target_id=run.pk,
            after=after,
            at=now,
        )
