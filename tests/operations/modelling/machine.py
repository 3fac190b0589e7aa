"""A model of runs beside the real database: whatever is done, in whatever order, both must say the same.

The machine issues leases, keeps every one of them for ever, and uses them again when they are long lost. It
crashes in the middle of an ending, and moves the clock. The rows are compared after each step.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from unittest.mock import patch

from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from tenantpilot.audit import services as audit
from tenantpilot.operations.lifecycle import records
from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.lifecycle.silence import Watch
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, CannotCancel, Claimed, NotClaimable, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tests.operations.kit import NOON, WORK, Line, WorkInputs
from tests.operations.modelling.expected import LEASE, Expected

COUNTED_PAUSE = LEASE.total_seconds() / 2
LIMITS = WORK.limits
OUTCOMES = st.sampled_from(RunOutcome)
SPENT = st.sampled_from([0.0, 15.25, LIMITS.seconds - 0.5, float(LIMITS.seconds)])


class Crash(Exception):
    """The process died here."""


@dataclass
class World:
    """What all examples share: the people, and the service under test."""

    tenant: Any
    alice: Any
    service_class: type[OperationRunService] = OperationRunService
    steps: int = field(default=0)


class RunMachine(RuleBasedStateMachine):
    """`world` is set by the test."""

    world: ClassVar[World]
    runs = Bundle("runs")
    leases = Bundle("leases")

    @initialize()
    def begin(self) -> None:
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now, self.model, self.line = NOON, dict[int, Expected](), Line()
        self.ticks = self.looked_at = 0.0
        self.service = self.world.service_class(self.line, Watch(lambda: self.ticks))

    def teardown(self) -> None:
        if hasattr(self, "example"):
            try:
                assert transaction.get_rollback() or audit.verify().holds
            finally:
                transaction.set_rollback(True)
                self.example.__exit__(None, None, None)

    # What people do.

    @rule(target=runs, what=st.sampled_from("abc"), system=st.booleans())
    def start(self, what: str, system: bool) -> int:
        person = None if system else self.world.alice
        inputs = WorkInputs(what)
        answer = self.service.start(WORK, tenant=self.world.tenant, initiator=person, inputs=inputs, now=self.now)
        same = [run_id for run_id, run in self.model.items() if run.active and run.what == what]
        if same:
            assert isinstance(answer, AlreadyActive)
            assert answer.run.pk == same[0]
        else:
            assert isinstance(answer, Started)
            self.model[answer.run.pk] = Expected(person.pk if person else None, what, self.now)
        return int(answer.run.pk)

    @rule(run_id=runs)
    def cancel(self, run_id: int) -> None:
        run = self.model[run_id]
        row = OperationRun(pk=run_id, workspace_id=self.world.tenant.workspace_id, tenant=self.world.tenant)
        try:
            ended = self.service.request_cancel(row, actor=self.world.alice, now=self.now)
        except CannotCancel:
            assert not run.active
            return
        assert run.active
        assert ended is (run.status == "queued")
        run.cancel = run.cancel or self.now
        if ended:
            run.end("cancelled")

    # What workers do.

    @rule(target=leases, run_id=runs)
    def claim(self, run_id: int) -> Any:
        run = self.model[run_id]
        answer = self.service.claim(run_id, owner="model", now=self.now)
        is_due = run.until is None or run.until <= self.now
        if (run.status == "queued" or (run.active and run.ownerless)) and run.cancel is None and is_due:
            assert isinstance(answer, Claimed)
            run.status, run.attempt, run.token, run.ownerless = "running", run.attempt + 1, answer.lease.token, False
            run.expires, run.silent = self.now + LEASE, None
            run.started = run.started or max(self.now, run.created)
            assert answer.lease.attempt == run.attempt
            return answer.lease
        assert isinstance(answer, NotClaimable)
        return multiple()

    @rule(target=leases, one=leases, other=leases)
    def forge(self, one: Lease, other: Lease) -> Lease:
        """A token of one run or attempt with the number of another."""
        return Lease(one.run_id, other.token, one.attempt)

    @rule(lease=leases, spent=SPENT, extends=st.sampled_from([True, True, False]))
    def heartbeat(self, lease: Lease, spent: float, extends: bool) -> None:
        """When the time of its run is up a worker says so, which is no sign of life."""
        run = self.model[lease.run_id]
        held = run.held_by(lease)
        if extends:
            assert self.service.heartbeat(lease, now=self.now, seconds_spent=spent) is held
        else:
            assert self.service.spend(lease, seconds_spent=spent) is held
        if held:
            run.worked(spent)
        if held and extends:
            run.beat(self.now + LEASE)

    @rule(lease=leases, processed=st.integers(0, 5), what=st.sampled_from(["progress", "checkpoint", "note"]))
    def report(self, lease: Lease, processed: int, what: str) -> None:
        held = self.model[lease.run_id].held_by(lease)
        if what == "progress":
            landed = self.service.progress(lease, Progress(processed, 5), now=self.now)
        elif what == "checkpoint":
            landed = self.service.checkpoint(lease, {"data": processed, "counts": {}, "failures": []}, now=self.now)
        else:
            landed = self.service.note(lease, "seen", {"n": processed}, now=self.now)
        assert landed is held
        assert self.service.signals(lease).held is held

    @rule(lease=leases, outcome=OUTCOMES, spent=SPENT)
    def finish(self, lease: Lease, outcome: RunOutcome, spent: float) -> None:
        run = self.model[lease.run_id]
        held = run.held_by(lease)
        ending = Ending(outcome, {"processed": 1}, seconds_spent=spent)
        assert self.service.finish(lease, ending, now=self.now) is held
        if held:
            run.worked(spent)
            run.end(outcome)

    @rule(lease=leases, place=st.sampled_from(["after the row", "after the telling", "after the audit"]))
    def finish_and_crash(self, lease: Lease, place: str) -> None:
        """Killed inside the ending: nothing of it is there."""
        try:
            with crashing(self.service, place):
                landed = self.service.finish(lease, Ending(RunOutcome.SUCCEEDED), now=self.now)
        except Crash:
            assert self.model[lease.run_id].held_by(lease)
        else:
            assert not landed

    @rule(lease=leases, spent=SPENT)
    def hand_on(self, lease: Lease, spent: float) -> None:
        run = self.model[lease.run_id]
        held = run.held_by(lease)
        assert self.service.hand_on(lease, now=self.now, seconds_spent=spent) is held
        if held:
            run.worked(spent)
            run.expires, run.ownerless, run.handed_on, run.until = self.now, True, run.handed_on + 1, None

    @rule(lease=leases, spent=SPENT, seconds=st.sampled_from([1, 45, 300]))
    def set_aside(self, lease: Lease, spent: float, seconds: int) -> None:
        run = self.model[lease.run_id]
        held = run.held_by(lease)
        assert self.service.set_aside(lease, seconds=seconds, now=self.now, seconds_spent=spent) is held
        if held:
            run.worked(spent + seconds)
            run.expires, run.ownerless, run.handed_on = self.now, True, run.handed_on + 1
            run.set_aside(seconds, self.now)

    # What time and the reconciler do.

    @rule(seconds=st.sampled_from([1, 20, 31, 61, 300]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.ticks += seconds

    @rule(hours=st.sampled_from([-24, -1, 1, 24]))
    def the_clock_jumps(self, hours: int) -> None:
        """Nothing passed, whatever it says."""
        self.now += timedelta(hours=hours)

    @rule(pause=st.sampled_from([0, 1, 29, 31]), looks=st.sampled_from([1, 1, 3]))
    def reconcile(self, pause: int, looks: int) -> None:
        for _look in range(looks):
            self.wait(pause)
            self.service.reconcile(now=self.now)
            passed, self.looked_at = min(self.ticks - self.looked_at, COUNTED_PAUSE), self.ticks
            for run in self.model.values():
                if run.status == "running":
                    self._reconciled(run, passed)

    def _reconciled(self, run: Expected, passed: float) -> None:
        run.seen_again(passed)
        if run.cancel and ((run.deaf or 0) > LIMITS.cancel_grace_seconds or run.lost):
            run.end("cancelled")
        elif run.lost and self._given_up(run):
            run.end("failed")
        elif run.lost:
            if not run.ownerless or run.overdue(self.now):
                run.until = None
            run.ownerless = True

    def _given_up(self, run: Expected) -> bool:
        return run.spent >= LIMITS.seconds or run.attempt - run.handed_on >= LIMITS.attempts

    # What must hold after each step.

    @invariant()
    def the_rows_are_as_the_model_says(self) -> None:
        """And exactly who waits for an ending was told, once."""
        if hasattr(self, "model"):
            self.world.steps += 1
            model = [run.as_row(run_id) for run_id, run in sorted(self.model.items())]
            assert rows() == model


ROWS = """
    SELECT id, status, outcome, attempt, seconds_spent, lease_token, lease_expires_at, cancel_requested_at, started_at, lease_owner,
      (SELECT count(*) FROM operation_run_events WHERE run_id = operation_runs.id AND name = 'completed'),
      (SELECT count(*) FROM notifications WHERE run_id = operation_runs.id),
      (SELECT max(recipient_id) FROM notifications WHERE run_id = operation_runs.id)
    FROM operation_runs ORDER BY id
"""


# What PostgreSQL checks at the end of a transaction is checked after each step.
SETTLE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


def rows() -> list[tuple[Any, ...]]:
    """As they are stored. Raises IntegrityError when what was done could not be committed."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        try:
            cursor.execute(SETTLE + ROWS if is_postgresql else ROWS)
        except DatabaseError:
            transaction.set_rollback(True)
            raise
        while is_postgresql and cursor.nextset():
            """One message, and the last answer of it."""
        return [tuple(row) for row in cursor.fetchall()]


@contextmanager
def crashing(service: OperationRunService, place: str) -> Iterator[None]:
    """The first statement after the place is never reached."""
    from tenantpilot.operations.notifications import OperationRunCompleted

    def crash(*_: Any, **__: Any) -> None:
        raise Crash

    if place == "after the row":
        with patch.object(records, "record_event", crash):
            yield
    elif place == "after the telling":
        real = OperationRunCompleted.store

        def store_and_crash(*arguments: Any, **details: Any) -> None:
            real(*arguments, **details)
            raise Crash

        with patch.object(OperationRunCompleted, "store", store_and_crash):
            yield
    else:
        with patch.object(records, "record_audit", crash):
            yield
