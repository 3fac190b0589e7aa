"""The run context: a handler reports through it, and cannot end the run (OPS-08)."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from typing_extensions import TypeVar

from tenantpilot.core.errors import Params, ReasonedError
from tenantpilot.core.outages import is_outage
from tenantpilot.core.sanitizing import Failure, describe, failure
from tenantpilot.core.stored import StoredData
from tenantpilot.operations.lifecycle.checkpoints import Kept
from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.lifecycle.outcome import MAX_FAILURES
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.lifecycle.time_spent import TimeSpent
from tenantpilot.operations.models import OperationRun, RunProgress
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import OperationType
from tenantpilot.tenancy.models import Tenant, User, Workspace

# A handler that names no class of inputs reads none.
InputsOfRun = TypeVar("InputsOfRun", bound=StoredData, default=StoredData, covariant=True)
CheckpointT = TypeVar("CheckpointT", bound=StoredData)


class OperationFailed(ReasonedError):
    """A handler raises it for what it understands: the whole operation failed, for this reason."""

    def __init__(self, reason_code: str, params: Params | None = None) -> None:
        super().__init__(reason_code=reason_code, params=params)


class Interrupted(BaseException):
    """The run must stop here. Raised at safe points; a handler lets it pass.

    No Exception, for the same reason as asyncio.CancelledError: `except Exception` around one item must not swallow it.
    """


class RunCancelled(Interrupted):
    """A person asked for it."""


class LeaseLost(Interrupted):
    """Another worker has the run now: nothing more may be written."""


class TimeLimitExceeded(Interrupted):
    """It took longer than its type allows."""


class WorkerLeaves(Interrupted):
    """This worker must end: another goes on from the last checkpoint."""


class SetAside(WorkerLeaves):
    """Nothing can be done for a while: the worker goes to other runs, and one goes on with this after it."""


class DatabaseLost(Interrupted):
    """Our own database is away: another attempt goes on from the last checkpoint. The error is its cause."""


class CircuitOpen(Interrupted):
    """Too many items failed to go on (OPS-13)."""


class RunContext(Generic[InputsOfRun]):
    """Report through it; return when the work is done; raise OperationFailed when it cannot be.

    `progress` and `safe_point` raise Interrupted when the run must stop.
    """

    def __init__(
        self,
        run: OperationRun,
        operation_type: OperationType[InputsOfRun],
        lease: Lease,
        service: OperationRunService,
        clock: Callable[[], datetime],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises StoredDataUnreadable for inputs or a checkpoint that this version cannot read."""
        self._run, self._kind, self._lease, self._service, self._clock = run, operation_type, lease, service, clock
        self._spent, self._ticks, self._heartbeat_at = TimeSpent(run.seconds_spent, ticks), ticks, ticks()
        self._database = connections[DEFAULT_DB_ALIAS]
        self._must_stop: type[Interrupted] | None = None
        self._told_to_stop = self._is_locked = False
        self._lock = threading.Lock()
        self._progress = Progress()
        self._attempted = 0
        self._counts: Counter[str] = Counter()
        self._failures: list[Failure] = []
        self._inputs: InputsOfRun = operation_type.inputs.from_json(run.inputs)
        self._last_checkpoint: StoredData | None = None
        self._has_kept, self._wakes_at = not run.was_set_aside, 0.0
        self._take_up_checkpoint()

    # What the run is about.

    @property
    def run_id(self) -> int:
        return self._lease.run_id

    @property
    def tenant(self) -> Tenant:
        """Raises LookupError for a run of a whole workspace."""
        if self._run.tenant is None:
            raise LookupError(f"run {self.run_id} has no tenant")
        return self._run.tenant

    @property
    def workspace(self) -> Workspace:
        return self._run.workspace

    @property
    def initiator(self) -> User | None:
        """Return the person who started the run; None for a system run."""
        return self._run.initiator

    @property
    def inputs(self) -> InputsOfRun:
        """Return the inputs that were given to `start`."""
        return self._inputs

    @property
    def now(self) -> datetime:
        return self._clock()

    def last_checkpoint(self, data_type: type[CheckpointT]) -> CheckpointT | None:
        """Return the checkpoint of the worker before, of the class that the type names; None at first."""
        self._refuse_other_checkpoint(data_type)
        return cast("CheckpointT | None", self._last_checkpoint)

    # What the handler says.

    def progress(self, processed: int, total: int) -> None:
        """Report progress. A safe point; written at most once a second by the ticker."""
        with self._lock:
            self._progress = self._progress.advanced(processed, total)
            self._attempted = max(self._attempted, self._progress.processed or 0)
        self.safe_point()

    def count(self, key: str, n: int = 1) -> None:
        """Add to a summary count; keys outside OperationSummaryKeys are dropped at the end (OPS-10)."""
        with self._lock:
            self._counts[key] += n

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take back what was counted if the transaction in this block fails."""
        before = Counter(self._counts), list(self._failures)
        try:
            yield
        except Exception:
            self._counts, self._failures = before
            raise

    def must_wait(self, seconds: float) -> None:
        """Stop the run and set it aside if Graph asks to wait at least OPERATIONS_WAIT_HERE_SECONDS.

        A run that has stored nothing since it was last set aside waits here: it would start over for ever. Safe to
        call from any thread.
        """
        with self._lock:
            if seconds < settings.OPERATIONS_WAIT_HERE_SECONDS or not self._has_kept:
                return
            self._wakes_at = max(self._wakes_at, self._ticks() + seconds)
        self._stop(SetAside)

    def item_failed(self, item: str, code: str, params: Params | None = None) -> None:
        """Record a failed item; the others go on until the circuit breaker opens. Counts as `failed`."""
        self._add_failure(describe(code, params, item=item))

    def item_raised(self, item: str, error: BaseException, *, subject: str = "") -> None:
        """The same, with the reason that stands for an exception; `subject` links to what it is about ("policy:17").

        Raises DatabaseLost: an outage of our own database fails no item.
        """
        if is_outage(error):
            raise DatabaseLost from error
        self._add_failure(failure(error, item=item, subject=subject))

    def note(self, event: str, **data: str | int) -> None:
        """A line for the timeline, in the handler's own words. Raises LeaseLost."""
        if not self._service.note(self._lease, event, data, now=self._clock()):
            self._stop(LeaseLost)
            raise LeaseLost

    def lock(self) -> None:
        """Lock the run before the audit log, as whoever cancels it does. Raises LeaseLost."""
        self._is_locked = True
        if not self._service.lock(self._lease):
            self._stop(LeaseLost)
            raise LeaseLost

    def checkpoint(self, data: StoredData) -> None:
        """Keep `data`, of the class that the type names, with counts and progress so far, for a worker that takes over.

        Written in the caller's transaction, so that it can stand or fall with the work it speaks of.
        `data` is kept as it is given: ids and names of steps, never what was read. Raises LeaseLost.
        """
        self._refuse_other_checkpoint(type(data))
        with self._lock:
            entry = Kept(data.to_json(), dict(self._counts), list(self._failures))
            progress = self._progress if self._progress.total is not None else None
        spent = self.seconds_spent if self._is_beat_overdue else None
        facts: dict[str, Any] = {"now": self._clock(), "spent": spent, "progress": progress}
        if not self._service.checkpoint(self._lease, entry.as_json(), **facts):
            self._stop(LeaseLost)
            raise LeaseLost
        self._has_kept = True

    @property
    def cancelled(self) -> bool:
        """Return True if to stop, for a handler that wants to clean up first."""
        self._told_to_stop = self._told_to_stop or self._must_stop is not None
        return self._must_stop is not None

    def safe_point(self) -> None:
        """Raises Interrupted if the run must stop."""
        if self._must_stop is not None:
            raise self._must_stop

    # What the runner and its ticker ask and say.

    @property
    def must_stop(self) -> type[Interrupted] | None:
        """Return the interruption that stops the run, or None."""
        return self._must_stop

    @property
    def left_early(self) -> bool:
        """The handler saw that its worker must end: what it did is not the whole, even if it returned."""
        return self._must_stop in (WorkerLeaves, SetAside) and self._told_to_stop

    @property
    def stopped_early(self) -> bool:
        """The handler saw that it must end, and returned before its last item: what it did is not the whole."""
        with self._lock:
            is_whole = self._progress.total is not None and self._progress.processed == self._progress.total
        return self._must_stop in (RunCancelled, TimeLimitExceeded) and self._told_to_stop and not is_whole

    @property
    def seconds_to_wait(self) -> float | None:
        """For how long the run is to be set aside; None: it is not."""
        return max(self._wakes_at - self._ticks(), 0.0) if self._must_stop is SetAside else None

    @property
    def lost(self) -> bool:
        """Another worker has the run."""
        return self._must_stop is LeaseLost

    def stop(self, interruption: type[Interrupted]) -> None:
        self._stop(interruption)

    def heartbeat_sent(self) -> None:
        """The heart has given a sign of life."""
        self._heartbeat_at = self._ticks()

    @property
    def holds_write_lock(self) -> bool:
        """The handler is in a transaction that keeps others from the run; SQLite has one lock for all writers."""
        return (self._database.vendor == "sqlite" or self._is_locked) and self._database.in_atomic_block

    @property
    def seconds_spent(self) -> float:
        """By this worker and those before it."""
        return self._spent.seconds

    @property
    def time_is_up(self) -> bool:
        return self.seconds_spent >= self._kind.limits.seconds

    @property
    def current_progress(self) -> Progress:
        with self._lock:
            return self._progress

    @property
    def failures(self) -> list[Failure]:
        return list(self._failures)

    @property
    def more_failures(self) -> int:
        return max(self._counts["failed"] - len(self._failures), 0)

    @property
    def attempted(self) -> int:
        """Items tried, whether or not they worked."""
        return max(self._attempted, self._counts["succeeded"] + self._counts["failed"])

    def counts(self) -> dict[str, int]:
        """Return the summary: what was counted, with the last progress."""
        counts = dict(self._counts)
        progress = self.current_progress
        if progress.total is not None and progress.processed is not None:
            counts = {"total": progress.total, "processed": progress.processed} | counts
        return counts

    @property
    def _is_beat_overdue(self) -> bool:
        """The heart could not write, because the handler's own transaction kept it out (SQLite)."""
        return self._ticks() - self._heartbeat_at > 2 * settings.OPERATIONS_HEARTBEAT_SECONDS

    def _add_failure(self, entry: Failure) -> None:
        with self._lock:
            self._counts["failed"] += 1
            if len(self._failures) < MAX_FAILURES:
                self._failures.append(entry)
        if self._breaker_is_open():
            self._stop(CircuitOpen)
            raise CircuitOpen

    def _breaker_is_open(self) -> bool:
        """Items that wait or were skipped say nothing about the work, so they do not count (OPS-13)."""
        left_out = self._counts["waiting"] + self._counts["skipped"]
        limits, attempted = self._kind.limits, self.attempted - left_out
        return attempted >= limits.breaker_after and self._counts["failed"] > limits.breaker_share * attempted

    def _stop(self, interruption: type[Interrupted]) -> None:
        """A lost lease outranks everything; else the first reason stands."""
        if self._must_stop is None or interruption is LeaseLost:
            self._must_stop = interruption

    def _refuse_other_checkpoint(self, data_type: type[StoredData]) -> None:
        """Raises TypeError, in the first test of a handler that keeps what its type does not name."""
        if data_type is not self._kind.checkpoint:
            raise TypeError(f"{self._kind.key} keeps {self._kind.checkpoint.__name__}, not {data_type.__name__}")

    def _take_up_checkpoint(self) -> None:
        """Go on where the worker before stopped; without its checkpoint everything is done again."""
        live: RunProgress | None = getattr(self._run, "live", None) if self._lease.attempt > 1 else None
        if live is None or live.checkpoint is None:
            return
        entry = Kept.read(live.checkpoint)
        if entry.data is not None:
            self._last_checkpoint = self._kind.checkpoint.from_json(entry.data)
        self._counts.update(entry.counts)
        self._failures = entry.failures
        self._progress = Progress(live.processed, live.total, highest=live.processed or 0)
