"""Settle the runs that nobody else will settle, in one pass. Safe in any number of copies (OPS-07)."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from tenantpilot.core.sanitizing import describe
from tenantpilot.core.stored import StoredDataUnreadable
from tenantpilot.operations.lifecycle.attempts import attempts_lost
from tenantpilot.operations.lifecycle.checkpoints import Kept
from tenantpilot.operations.lifecycle.leases import lease_time
from tenantpilot.operations.lifecycle.outcome import Ending, stopped
from tenantpilot.operations.lifecycle.silence import Watch
from tenantpilot.operations.models import OperationRun, RunProgress
from tenantpilot.operations.queues.dispatch import Dispatcher
from tenantpilot.operations.results import Settled
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import Limits, UnknownOperationType, operation_types

log = structlog.get_logger(__name__)

AT_MOST = 500
NOTHING = ""
LONGEST_REDISPATCH = timedelta(minutes=10)
HEAVY = ("context", "inputs", "failure_summary", "summary_counts")


@dataclass(frozen=True)
class Found:
    """The runs that one look found to be settled."""

    deaf: list[OperationRun]
    """Asked to cancel for longer than their type's grace."""

    lost: list[OperationRun]
    """Without an owner, or with one that gave no sign of life for a whole lease."""

    overlooked: list[OperationRun]
    """Waiting for a worker, without a job that would bring them to it."""


class Settler(Protocol):
    """The service, as far as the reconciler needs it. Both verbs change a run only if it is still as it was seen."""

    def redispatch(self, run: OperationRun, *, now: datetime) -> bool: ...
    def complete_abandoned(self, run: OperationRun, ending: Ending, *, now: datetime) -> bool: ...


class Reconciler:
    """Looks for what is stuck and lets the service settle it, each under the condition it was seen in."""

    def __init__(self, service: Settler, dispatcher: Dispatcher, watch: Watch) -> None:
        self._service, self._dispatcher, self._watch = service, dispatcher, watch
        self._same: dict[Hashable, float] = {}
        self._in_line: set[int] | None = None

    def settle(self, *, now: datetime) -> Settled:
        """Settle lost, deaf and waiting runs, each apart: the fault of one does not end the pass. Return the counts."""
        situations, done = self.look(now=now), Counter[str]()
        for run in situations.deaf[:AT_MOST]:
            done[self._apart(self._end, run, _cancelled, now=now)] += 1
        for run in situations.lost[:AT_MOST]:
            done[self._apart(self._settle_lost, run, now=now)] += 1
        for run in situations.overlooked:
            done[self._apart(self._dispatch_if_due, run, now=now, done="dispatched")] += 1
        cleared = self._dispatcher.clear_lost(older_than=lease_time() * 2, now=now)
        del done[NOTHING]
        return Settled(**done, jobs_cleared=cleared)

    def look(self, *, now: datetime) -> Found:
        """Five queries at most. All that runs is watched, because silence is only known of what was seen before."""
        self._looked_at, self._in_line = now, None
        running = list(OperationRun.everywhere.running().oldest_first().defer(*HEAVY))
        overlooked = self._overlooked(now=now)
        self._same = self._watch.look(dict(sign for run in (*running, *overlooked) for sign in _signs(run)))
        deaf = [run for run in running if self._seconds("asked", run) > _cancel_grace_seconds(run)]
        stopped = set(OperationRun.everywhere.running().under_stop().values_list("pk", flat=True))
        lost = [run for run in running if run not in deaf and run.pk not in stopped and self._is_lost(run)]
        # A pass settles 500: what only waits for its time or its job must keep nobody from it.
        return Found(deaf, sorted(lost, key=lambda run: self._only_waits(run, now=now)), overlooked)

    def _overlooked(self, *, now: datetime) -> list[OperationRun]:
        """Return the runs that no job would bring to a worker. However long the line is, what is in it only waits."""
        late = OperationRun.everywhere.overlooked(before=now - _redispatch_after(1), now=now).under_no_stop()
        keys = list(late.oldest_first().values_list("pk", flat=True))
        lost = [key for key in keys if not self._has_job(key)][:AT_MOST]
        return list(OperationRun.everywhere.queued().filter(pk__in=lost).oldest_first().defer(*HEAVY)) if lost else []

    def _has_job(self, key: int) -> bool:
        """Ask the queue once a pass, and after the runs were read: what is dispatched meanwhile is seen or changed."""
        if self._in_line is None:
            self._in_line = self._dispatcher.in_line(until=self._looked_at + _redispatch_after(1))
        return key in self._in_line

    def _is_lost(self, run: OperationRun) -> bool:
        return run.lease_owner == "" or self._seconds("alive", run) >= settings.OPERATIONS_LEASE_SECONDS

    def _seconds(self, subject: str, run: OperationRun) -> float:
        """Return the seconds for which this sign of the run has been the same."""
        return self._same.get((subject, run.pk), 0.0)

    def _apart(self, verb: Callable[..., str], run: OperationRun, *details: Any, **named: Any) -> str:
        """Only a database that is away ends the pass.

        The lock comes before what is read of the run: a worker that wakes up now can add nothing that its ending leaves
        out. A run that somebody else has locked is left for the next pass, because who has it may be suspended.
        """
        rows = OperationRun.everywhere.filter(pk=run.pk).select_for_update(no_key=True, skip_locked=True)
        try:
            with transaction.atomic():
                return verb(run, *details, **named) if rows.exists() else NOTHING
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("run_not_settled", run_id=run.pk)
            return NOTHING

    def _settle_lost(self, run: OperationRun, *, now: datetime) -> str:
        if reason := _why_lost_for_good(run):
            return self._end(run, reason, now=now)
        if run.lease_owner == "":
            return self._dispatch_if_due(run, now=now, done="taken_up")
        return "taken_up" if self._service.redispatch(run, now=now) else NOTHING

    def _end(self, run: OperationRun, reason: "Why", *, now: datetime) -> str:
        ended = self._service.complete_abandoned(run, reason(run), now=now)
        return reason.__name__.removeprefix("_") if ended else NOTHING

    def _dispatch_if_due(self, run: OperationRun, *, now: datetime, done: str) -> str:
        """Its job was lost."""
        return NOTHING if self._is_in_line(run, now=now) or not self._service.redispatch(run, now=now) else done

    def _only_waits(self, run: OperationRun, *, now: datetime) -> bool:
        """Return True for a run that was given back in good order and that this pass would leave as it is."""
        is_to_end = run.cancel_requested_at is not None or run.seconds_spent >= _limits(run).seconds
        return run.lease_owner == "" and not is_to_end and self._is_in_line(run, now=now)

    def _is_in_line(self, run: OperationRun, *, now: datetime) -> bool:
        """As the clock says; or, where that cannot be believed, until it was seen in line for too long."""
        due_at = max(run.dispatched_at, run.not_before or run.dispatched_at)
        waited = now - due_at
        in_line = timedelta(seconds=self._seconds("in line", run)) - (due_at - run.dispatched_at)
        return max(waited, in_line) < _redispatch_after(run.dispatches) or self._has_job(run.pk)


def _signs(run: OperationRun) -> Iterator[tuple[Hashable, Hashable]]:
    """Yield what to watch about it. Every heartbeat changes the end of the lease, whatever the worker's clock says."""
    if run.lease_owner:
        yield ("alive", run.pk), (run.lease_token, run.attempt, run.lease_expires_at)
    else:
        yield ("in line", run.pk), (run.attempt, run.dispatches)
    if run.cancel_requested_at is not None:
        yield ("asked", run.pk), run.cancel_requested_at


Why = Callable[[OperationRun], Ending]


def _why_lost_for_good(run: OperationRun) -> Why | None:
    """Return None: it may be taken up again.

    Its time is up if its worker said so. Silence is no time spent: who is silent may have died long ago.
    """
    limits = _limits(run)
    if run.cancel_requested_at is not None:
        return _cancelled
    if run.seconds_spent >= limits.seconds:
        return _timed_out
    return _lost if attempts_lost(run.pk, run.attempt) >= limits.attempts else None


def _cancelled(run: OperationRun) -> Ending:
    return stopped(RunOutcome.CANCELLED, describe("cancelled_by_person"), **_last_known(run))


def _timed_out(run: OperationRun) -> Ending:
    reason = describe("time_limit_exceeded", {"seconds": _limits(run).seconds})
    return stopped(RunOutcome.FAILED, reason, **_last_known(run))


def _lost(run: OperationRun) -> Ending:
    return stopped(RunOutcome.FAILED, describe("worker_lost"), **_last_known(run))


def _last_known(run: OperationRun) -> dict[str, Any]:
    """Return the last checkpoint and progress that a lost worker left behind."""
    live = RunProgress.objects.filter(run=run).first()
    if live is None:
        return {}
    entry = _last_kept(live)
    progress = (
        {} if live.processed is None or live.total is None else {"processed": live.processed, "total": live.total}
    )
    return {"counts": progress | entry.counts, "failures": entry.failures, "more_failures": entry.more_failures}


def _last_kept(live: RunProgress) -> Kept:
    """Return nothing where another version kept it: the run ends all the same, and holds up no other."""
    try:
        return Kept.read(live.checkpoint)
    except StoredDataUnreadable as unreadable:
        log.warning("checkpoint_unreadable", run_id=live.run_id, problem=str(unreadable))
        return Kept()


def _limits(run: OperationRun) -> Limits:
    try:
        return operation_types.get(run.type).limits
    except UnknownOperationType:
        return Limits()


def _cancel_grace_seconds(run: OperationRun) -> float:
    return _limits(run).cancel_grace_seconds


def _redispatch_after(dispatches: int) -> timedelta:
    """Doubling from a minute to ten, so that a queue that is down is not flooded."""
    first = timedelta(seconds=settings.OPERATIONS_REDISPATCH_SECONDS)
    doubled: timedelta = first * 2 ** min(dispatches - 1, 10)
    return min(doubled, LONGEST_REDISPATCH)
