"""Ending a worker without losing what it does.

For half of the grace time a run under way may simply be finished. Then it is asked to stop at its next safe point
and is handed on: its lease is given back, so that another worker goes on at once from the last checkpoint. What
reaches no safe point within the grace time is handed on all the same, and the process ends: the fence keeps it from
writing, as it would a worker that had been killed.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.run_context import LeaseLost, RunContext, WorkerLeaves
from tenantpilot.operations.service import OperationRunService

log = structlog.get_logger(__name__)


class Departure:
    """The runs that this process holds, and how it lets go of them."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = timezone.now,
        end_process: Callable[[int], None] = os._exit,
    ) -> None:
        self._clock, self._end_process = clock, end_process
        self._held: dict[Lease, tuple[RunContext, OperationRunService]] = {}
        self._lock = threading.Lock()
        self._begun = self._asked = False

    @contextmanager
    def holding(self, context: RunContext, lease: Lease, service: OperationRunService) -> Iterator[None]:
        """While entered, the run is one of those that a departure must settle."""
        with self._lock:
            self._held[lease] = (context, service)
            if self._asked:
                context.stop(WorkerLeaves)
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(lease, None)

    def begin(self, grace_seconds: float) -> None:
        """From the first request to end on. Harmless when repeated; it may be called by a handler of signals."""
        if self._begun:
            return
        self._begun = True
        for seconds, step in ((grace_seconds / 2, self.ask), (grace_seconds, self.insist)):
            timer = threading.Timer(seconds, step)
            timer.daemon = True
            timer.start()

    def ask(self) -> None:
        """Stop every run at its next safe point; the runner hands it on."""
        with self._lock:
            self._asked = True
            for context, _service in self._held.values():
                context.stop(WorkerLeaves)

    def insist(self) -> None:
        """Hand on what is still held, and end this process whatever its threads do."""
        with self._lock:
            held = list(self._held.items())
        handed_on = [self._hand_on(lease, context, service) for lease, (context, service) in held]
        log.warning("worker_ended_with_runs_unfinished", handed_on=sum(handed_on), left=handed_on.count(False))
        self._end_process(0 if all(handed_on) else 1)

    def _hand_on(self, lease: Lease, context: RunContext, service: OperationRunService) -> bool:
        """False: the database is away. The lease expires then, as if the worker had been killed."""
        context.stop(LeaseLost)
        try:
            service.hand_on(lease, now=self._clock(), seconds_spent=context.seconds_spent)
        except (DatabaseError, InterfaceError):
            log.warning("run_not_handed_on", run_id=lease.run_id)
            return False
        finally:
            connection.close()
        return True


departure = Departure()
"""The process's own: signals come to a process as a whole."""
