"""One task runs every kind of operation: claim, call the handler, turn what it reports into an ending."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone
from django_scopes import scope

from tenantpilot.core.errors import ReasonedError, TenantPilotError
from tenantpilot.core.outages import is_outage
from tenantpilot.core.request_id import begin_request
from tenantpilot.core.sanitizing import describe, failure
from tenantpilot.operations import run_context as interruptions
from tenantpilot.operations.lifecycle.attempts import attempts_lost
from tenantpilot.operations.lifecycle.leases import DATABASE_LOST, Lease
from tenantpilot.operations.lifecycle.outcome import Ending, ending_of, stopped
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import Claimed
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import OperationType, UnknownOperationType, operation_types
from tenantpilot.operations.workers.departure import Departure, departure
from tenantpilot.operations.workers.patience import until_answered
from tenantpilot.operations.workers.ticker import Ticker
from tenantpilot.tenancy.models import Workspace

log = structlog.get_logger(__name__)

Handler = Callable[[RunContext], None]
Clock = Callable[[], datetime]


class NotSettled(TenantPilotError):
    """The database did not answer for as long as a lease lasts."""


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


class Runner:
    """What a worker does with a run's id."""

    def __init__(
        self,
        service: OperationRunService | None = None,
        clock: Clock = timezone.now,
        leaving: Departure = departure,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service or OperationRunService()
        self._clock, self._leaving, self._ticks = clock, leaving, ticks

    def execute(self, run_id: int) -> bool:
        """True when this worker brought the run to its end. Raises NotSettled, and the reconciler will."""
        try:
            return self._execute(run_id)
        except Exception:
            log.exception("run_not_settled", run_id=run_id)
        # The queue keeps the text of what a job raises, so it gets words of our own (OPS-12).
        raise NotSettled(f"run {run_id} was left to the reconciler")

    def _execute(self, run_id: int) -> bool:
        claimed = until_answered(lambda: self._service.claim(run_id, owner=worker_name(), now=self._clock()))
        if not isinstance(claimed, Claimed):
            log.info("run_not_claimed", run_id=run_id, answer=type(claimed).__name__)
            return False
        begin_request(f"run-{run_id}-{claimed.lease.attempt}")
        with structlog.contextvars.bound_contextvars(run_id=run_id), _scope_of(claimed.run):
            ending = self._work(claimed)
            landed = ending is not None and self._finish(claimed.lease, ending)
            log.info("run_ended" if landed else "run_lost", outcome=str(ending.outcome) if ending else "")
        return landed

    def _work(self, claimed: Claimed) -> Ending | None:
        """None: the lease was lost, and nothing may be written."""
        try:
            kind = operation_types.get(claimed.run.type)
            handler = load_handler(kind)
        except (UnknownOperationType, ImportError, AttributeError):
            log.exception("handler_missing", type=claimed.run.type)
            return stopped(RunOutcome.FAILED, describe("handler_missing"))
        except Exception as error:
            log.exception("handler_broken", type=claimed.run.type)
            return stopped(RunOutcome.FAILED, failure(error))
        context = until_answered(lambda: self._context(claimed, kind))
        try:
            ending = self._handle(handler, context, kind, claimed.lease)
        except interruptions.WorkerLeaves:
            self._leave(claimed.lease, context)
            return None
        except interruptions.DatabaseLost as lost:
            ending = self._after_outage(claimed, kind, context, lost.__cause__ or lost)
        except (SystemExit, KeyboardInterrupt):
            self._hand_on(claimed.lease, context)
            raise
        return ending and replace(ending, seconds_spent=context.seconds_spent)

    def _context(self, claimed: Claimed, kind: OperationType) -> RunContext:
        return RunContext(claimed.run, kind, claimed.lease, self._service, self._clock, self._ticks)

    def _handle(self, handler: Handler, context: RunContext, kind: OperationType, lease: Lease) -> Ending | None:
        with (
            self._leaving.holding(context, lease, self._service),
            Ticker(context, lease, self._service, clock=self._clock),
        ):
            return _ending_of(handler, context, kind)

    def _leave(self, lease: Lease, context: RunContext) -> None:
        self._service.progress(lease, context.current_progress, now=self._clock())
        seconds = context.seconds_to_wait
        if seconds is None:
            self._hand_on(lease, context)
        else:
            spent = context.seconds_spent
            self._service.set_aside(lease, seconds=seconds, now=self._clock(), seconds_spent=spent)

    def _hand_on(self, lease: Lease, context: RunContext) -> None:
        self._service.hand_on(lease, now=self._clock(), seconds_spent=context.seconds_spent)

    def _after_outage(
        self, claimed: Claimed, kind: OperationType, context: RunContext, error: BaseException
    ) -> Ending | None:
        """Hand the run on, with one attempt lost (OPS-07); or answer its ending if its type allows no other."""
        lease, now = claimed.lease, self._clock
        log.warning("database_lost", type=kind.key, exc_info=error)
        connection.close()
        if until_answered(lambda: attempts_lost(lease.run_id, lease.attempt)) >= kind.limits.attempts:
            return _stopped_by(error, context)
        spent = context.seconds_spent
        until_answered(lambda: self._service.hand_on(lease, now=now(), seconds_spent=spent, why=DATABASE_LOST))
        return None

    def _finish(self, lease: Lease, ending: Ending) -> bool:
        """If the database refuses what the ending says, rather than being away, end without saying it."""
        try:
            return until_answered(lambda: self._service.finish(lease, ending, now=self._clock()))
        except DatabaseError as error:
            if is_outage(error):
                raise
            log.exception("finish_refused")
        plain = replace(stopped(RunOutcome.FAILED, describe("internal_error")), seconds_spent=ending.seconds_spent)
        return until_answered(lambda: self._service.finish(lease, plain, now=self._clock()))


def _scope_of(run: OperationRun) -> AbstractContextManager[Any]:
    """The run's workspace by its key; the rest of it is read when somebody asks."""
    return scope(workspace=Workspace.from_db("default", ["id"], [run.workspace_id]))  # type: ignore[no-any-return]


def load_handler(kind: OperationType) -> Handler:
    """Raises ImportError, AttributeError."""
    module, _colon, name = kind.handler.partition(":")
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


def _ending_of(handler: Handler, context: RunContext, kind: OperationType) -> Ending | None:
    """The lease may be lost at any moment, whatever the handler did then: None. Raises WorkerLeaves."""
    ending = _ending_of_call(handler, context, kind)
    if context.left_early:
        raise interruptions.WorkerLeaves
    return None if context.lost else ending


def _ending_of_call(handler: Handler, context: RunContext, kind: OperationType) -> Ending:
    try:
        handler(context)
    except interruptions.DatabaseLost:
        raise
    except interruptions.Interrupted as why:
        return _ending_of_interrupted(type(why), context, kind)
    except Exception as error:
        if is_outage(error):
            raise interruptions.DatabaseLost from error
        if isinstance(error, ReasonedError):
            return _ending_of_refusal(error, context, kind)
        log.exception("run_crashed")
        return _stopped_by(error, context)
    if context.must_stop is interruptions.CircuitOpen:
        return _circuit_open(context)
    return ending_of(context.counts(), context.failures, more_failures=context.more_failures)


def _ending_of_refusal(error: ReasonedError, context: RunContext, kind: OperationType) -> Ending:
    """A client that was told to stop, because the run must, says so in an error of its own."""
    if context.must_stop is not None and error.reason_code == "cancelled_by_person":
        return _ending_of_interrupted(context.must_stop, context, kind)
    log.warning("run_failed", reason=error.reason_code)
    return _stopped_by(error, context)


def _ending_of_interrupted(why: type[interruptions.Interrupted], context: RunContext, kind: OperationType) -> Ending:
    counts, failures, more = context.counts(), context.failures, context.more_failures
    if issubclass(why, interruptions.WorkerLeaves):
        raise why
    if issubclass(why, interruptions.CircuitOpen):
        return _circuit_open(context)
    if issubclass(why, interruptions.TimeLimitExceeded):
        reason = describe("time_limit_exceeded", {"seconds": kind.limits.seconds})
        return stopped(RunOutcome.FAILED, reason, counts, failures, more_failures=more)
    reason = describe("cancelled_by_person")
    return stopped(RunOutcome.CANCELLED, reason, counts, failures, more_failures=more)


def _circuit_open(context: RunContext) -> Ending:
    """What was not attempted is counted as skipped (OPS-13)."""
    counts, attempted = context.counts(), context.attempted
    counts["skipped"] = counts.get("skipped", 0) + max(counts.get("total", 0) - attempted, 0)
    reason = describe("circuit_open", {"failed": counts["failed"], "attempted": attempted})
    outcome = RunOutcome.PARTIALLY_SUCCEEDED if attempted > counts["failed"] else RunOutcome.FAILED
    return stopped(outcome, reason, counts, context.failures, more_failures=context.more_failures)


def _stopped_by(error: BaseException, context: RunContext) -> Ending:
    counts, failures, more = context.counts(), context.failures, context.more_failures
    return stopped(RunOutcome.FAILED, failure(error), counts, failures, more_failures=more)
