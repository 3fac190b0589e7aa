"""The life of a run in a worker: claim, load, work, settle. One task runs every kind of operation."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_scopes import scope

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.core.outages import is_outage
from tenantpilot.core.request_id import begin_request
from tenantpilot.core.sanitizing import describe, failure
from tenantpilot.core.stored import StoredDataUnreadable
from tenantpilot.operations.lifecycle.attempts import attempts_lost
from tenantpilot.operations.lifecycle.leases import DATABASE_LOST, Lease
from tenantpilot.operations.lifecycle.outcome import Ending, stopped
from tenantpilot.operations.results import Claimed
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import OperationType
from tenantpilot.operations.workers.departure import Departure, departure
from tenantpilot.operations.workers.handler_call import (
    LeavesRun,
    LoadedHandler,
    LostDatabase,
    Result,
    call_handler,
    failed_ending,
    load,
)
from tenantpilot.operations.workers.outage_retries import until_answered
from tenantpilot.operations.workers.ticker import Ticker
from tenantpilot.tenancy.models import Workspace

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]


class NotSettled(TenantPilotError):
    """The database did not answer for as long as a lease lasts."""


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


class Runner:
    """A worker's hands: `execute` is all that the one task does."""

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
        """Return True if this worker brought the run to its end. Raises NotSettled: the reconciler will settle it."""
        try:
            return self._live(run_id)
        except Exception:
            log.exception("run_not_settled", run_id=run_id)
        # The queue keeps the text of what a job raises, so it gets words of our own (OPS-12).
        raise NotSettled(f"run {run_id} was left to the reconciler")

    def _live(self, run_id: int) -> bool:
        """Claim the run, load its handler, call it while the lease is kept alive, and settle the result."""
        claimed = until_answered(lambda: self._service.claim(run_id, owner=worker_name(), now=self._clock()))
        if not isinstance(claimed, Claimed):
            log.info("run_not_claimed", run_id=run_id, answer=type(claimed).__name__)
            return False
        with _scope_of(claimed):
            loaded = load(claimed.run.type)
            if isinstance(loaded, Ending):
                return self._finish(claimed.lease, loaded)
            context = self._context(claimed, loaded.operation_type)
            if isinstance(context, Ending):
                return self._finish(claimed.lease, context)
            result = self._work(claimed.lease, loaded, context)
            return self._settle(claimed.lease, loaded.operation_type, context, result)

    def _context(self, claimed: Claimed, operation_type: OperationType[Any]) -> RunContext | Ending:
        """Return the context, or the ending of a run of which another version stored what this one cannot read."""
        run, lease = claimed.run, claimed.lease
        try:
            return until_answered(
                lambda: RunContext(run, operation_type, lease, self._service, self._clock, self._ticks)
            )
        except StoredDataUnreadable as unreadable:
            log.error("run_unreadable", type=operation_type.key, problem=str(unreadable))
            return stopped(RunOutcome.FAILED, failure(unreadable))

    def _work(self, lease: Lease, loaded: LoadedHandler, context: RunContext) -> Result:
        """Call the handler with a ticker beside it. If this process is ended meanwhile, hand the run over first."""
        departing = self._leaving.holding(context, lease, self._service)
        try:
            with departing, Ticker(context, lease, self._service, clock=self._clock):
                return call_handler(loaded, context)
        except (SystemExit, KeyboardInterrupt):
            self._hand_over(lease, context)
            raise

    def _settle(self, lease: Lease, operation_type: OperationType[Any], context: RunContext, result: Result) -> bool:
        """Write what becomes of the run, if it is still this worker's. Return True if that is its end."""
        match result:
            case Ending():
                return self._finish(lease, replace(result, seconds_spent=context.seconds_spent))
            case LostDatabase(error):
                return self._settle_outage(lease, operation_type, context, error)
            case LeavesRun():
                self._leave(lease, context)
        log.info("run_lost", outcome="")
        return False

    def _leave(self, lease: Lease, context: RunContext) -> None:
        """Set the run aside if it waits for something, else hand it over."""
        self._service.progress(lease, context.current_progress, now=self._clock())
        seconds = context.seconds_to_wait
        if seconds is None:
            self._hand_over(lease, context)
        else:
            spent = context.seconds_spent
            self._service.set_aside(lease, seconds=seconds, now=self._clock(), seconds_spent=spent)

    def _hand_over(self, lease: Lease, context: RunContext) -> None:
        self._service.hand_on(lease, now=self._clock(), seconds_spent=context.seconds_spent)

    def _settle_outage(
        self, lease: Lease, operation_type: OperationType[Any], context: RunContext, error: BaseException
    ) -> bool:
        """Hand the run over, with one attempt lost (OPS-07); or end it, if its type allows no other."""
        now, spent = self._clock, context.seconds_spent
        log.warning("database_lost", type=operation_type.key, exc_info=error)
        connection.close()
        if until_answered(lambda: attempts_lost(lease.run_id, lease.attempt)) >= operation_type.limits.attempts:
            return self._finish(lease, replace(failed_ending(error, context), seconds_spent=context.seconds_spent))
        until_answered(lambda: self._service.hand_on(lease, now=now(), seconds_spent=spent, reason=DATABASE_LOST))
        # A worker that takes the next run at once spends an attempt of that one on the same outage.
        time.sleep(settings.OPERATIONS_PAUSE_SECONDS)
        log.info("run_lost", outcome="")
        return False

    def _finish(self, lease: Lease, ending: Ending) -> bool:
        """Complete the run; plainly, if the database is there and refuses what the ending holds."""
        try:
            landed = until_answered(lambda: self._service.finish(lease, ending, now=self._clock()))
        except DatabaseError as error:
            if is_outage(error):
                raise
            log.exception("finish_refused")
            plain = replace(stopped(RunOutcome.FAILED, describe("internal_error")), seconds_spent=ending.seconds_spent)
            landed = until_answered(lambda: self._service.finish(lease, plain, now=self._clock()))
        log.info("run_ended" if landed else "run_lost", outcome=str(ending.outcome))
        return landed


@contextmanager
def _scope_of(claimed: Claimed) -> Iterator[None]:
    """Enter the run's workspace, known by its key alone, and give every line of the log the run's id."""
    run_id, attempt = claimed.lease.run_id, claimed.lease.attempt
    begin_request(f"run-{run_id}-{attempt}")
    workspace = Workspace.from_db("default", ["id"], [claimed.run.workspace_id])
    with structlog.contextvars.bound_contextvars(run_id=run_id), scope(workspace=workspace):
        yield
