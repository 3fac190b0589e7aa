"""What tests of the engine share: a queue that remembers, an operation that does what a test says, a clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.utils.translation import ngettext_lazy

from tenantpilot.core.stored import StoredData
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.lifecycle.reconciler import Reconciler
from tenantpilot.operations.lifecycle.silence import Watch
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import Claimed, Started
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.capabilities import Capability

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SUCCEEDED = Ending(RunOutcome.SUCCEEDED, {"processed": 3})


@dataclass(frozen=True)
class WorkInputs(StoredData):
    """The inputs of the tests' operation: `what` makes two requests the same work, `note` does not."""

    what: Any = None
    note: str = ""


def limited_to(inputs: WorkInputs, keys: tuple[str, ...]) -> WorkInputs:
    return WorkInputs(list(keys), inputs.note)


WORK = OperationType(
    key="test_work",
    label="Inventory sync",
    capability=Capability.INVENTORY_SYNC,
    handler="tests.operations.kit:perform",
    inputs=WorkInputs,
    nouns=Nouns(ngettext_lazy("policy type", "policy types"), objects=ngettext_lazy("policy", "policies")),
    identity_fields=("what",),
    limits=Limits(seconds=600, attempts=3, cancel_grace_seconds=30, breaker_after=4, breaker_share=0.5),
)

Handler = Callable[[RunContext[WorkInputs]], None]

_doing: list[Handler] = []


def perform(context: RunContext[WorkInputs]) -> None:
    """The handler: whatever `work_is` says."""
    _doing[-1](context)


@contextmanager
def work_is(handler: Handler) -> Iterator[None]:
    _doing.append(handler)
    try:
        yield
    finally:
        _doing.pop()


class QueueIsDown(Exception):
    """What a broken queue raises; its text must not be seen anywhere."""


@dataclass
class Line:
    """A queue that remembers what was put in, and may refuse."""

    transactional: bool = True
    jobs: list[int] = field(default_factory=list)
    refusing: Exception | None = None
    last_not_before: datetime | None = None
    keeps: bool = False

    def dispatch(self, run_id: int, *, queue: str, priority: int = 0, not_before: datetime | None = None) -> str:
        if self.refusing is not None:
            raise self.refusing
        self.jobs.append(run_id)
        self.last_not_before = not_before
        return str(len(self.jobs))

    def clear_lost(self, *, older_than: timedelta, now: datetime) -> int:
        return 0

    def waiting(self) -> int:
        return len(self.jobs)

    def in_line(self, *, until: datetime) -> set[int]:
        """What it loses is not in line: by itself that is everything."""
        return set(self.jobs) if self.keeps else set()


@dataclass
class Clock:
    """Stands until it is moved."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def move(self, **amount: float) -> datetime:
        self.time += timedelta(**amount)
        return self.time


@dataclass
class Engine:
    """A service with its queue and its clock, in the words that tests use."""

    tenant: Any
    line: Line = field(default_factory=Line)
    clock: Clock = field(default_factory=Clock)
    kind: OperationType[Any] = WORK

    def __post_init__(self) -> None:
        self.watch = Watch(lambda: self.clock().timestamp())
        self.service = OperationRunService(self.line, self.watch)
        operation_types._types.setdefault(WORK.key, WORK)

    def ask(self, initiator: Any = None, **inputs: Any) -> Any:
        asked = self.kind.inputs(**inputs)
        return self.service.start(self.kind, tenant=self.tenant, initiator=initiator, inputs=asked, now=self.clock())

    def start(self, initiator: Any = None, **inputs: Any) -> OperationRun:
        answer = self.ask(initiator, **inputs)
        assert isinstance(answer, Started)
        return answer.run

    def claim(self, run: OperationRun, owner: str = "worker-1") -> Claimed:
        answer = self.service.claim(run.pk, owner=owner, now=self.clock())
        assert isinstance(answer, Claimed)
        return answer

    def running(self, initiator: Any = None, **inputs: Any) -> Claimed:
        return self.claim(self.start(initiator, **inputs))

    def completed(self, initiator: Any = None, ending: Ending = SUCCEEDED, **inputs: Any) -> OperationRun:
        claimed = self.running(initiator, **inputs)
        assert self.service.finish(claimed.lease, ending, now=self.clock())
        return again(claimed.run)

    def perform(self, handler: Handler, initiator: Any = None, **inputs: Any) -> OperationRun:
        """Start, and let a worker of this process do it."""
        return self.work_on(self.start(initiator, **inputs), handler)

    def work_on(self, run: OperationRun, handler: Handler) -> OperationRun:
        with work_is(handler):
            Runner(self.service, self.clock).execute(run.pk)
        return again(run)

    def reconcile(self) -> Any:
        return self.service.reconcile(now=self.clock())

    def let_pass(self, seconds: float) -> None:
        """The clock goes on, and a reconciler looks every ten seconds; what it finds it leaves for its next pass."""
        reconciler, ends_at = Reconciler(self.service, self.line, self.watch), self.clock() + timedelta(seconds=seconds)
        while self.clock() < ends_at:
            reconciler.look(now=self.clock())
            self.clock.move(seconds=min(10, (ends_at - self.clock()).total_seconds()))

    def lose_the_worker(self) -> None:
        """Nobody gives a sign of life for a lease, and all that ran is taken from its worker or ended."""
        self.let_pass(61)
        self.reconcile()


def again(run: OperationRun) -> OperationRun:
    """As the database has it now."""
    return OperationRun.everywhere.select_related("tenant").get(pk=run.pk)


def limited(**limits: Any) -> Any:
    """The type with other limits, for a while."""
    values = {**WORK.limits.__dict__, **limits}
    kind = OperationType(**{**WORK.__dict__, "limits": Limits(**values)})
    return patch.dict(operation_types._types, {WORK.key: kind})
