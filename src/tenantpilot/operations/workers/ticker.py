"""Beside the handlers of a process: keeps their leases, writes their progress, listens for a cancel."""

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from tenantpilot.core.connections import release_connection
from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.run_context import LeaseLost, RunCancelled, RunContext, TimeLimitExceeded, WorkerLeaves
from tenantpilot.operations.service import OperationRunService

log = structlog.get_logger(__name__)


class Ticker:
    """Ticks once a second: at most one progress write, one look at the signals, a heartbeat when due."""

    def __init__(
        self,
        context: RunContext,
        lease: Lease,
        service: OperationRunService,
        clock: Callable[[], datetime],
    ) -> None:
        self._context, self._lease, self._service, self._clock = context, lease, service, clock
        self._last_beat = time.monotonic()
        self._has_said_the_end = False
        self._written = Progress()
        self._ticking = threading.Lock()

    def __enter__(self) -> "Ticker":
        _heart.add(self)
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A tick under way is waited for, so that none comes after the end."""
        _heart.remove(self)
        if self._ticking.acquire(timeout=settings.OPERATIONS_LEASE_SECONDS):
            self._ticking.release()

    def tick(self) -> None:
        """Raises DatabaseError when the database does not answer."""
        signals = self._service.signals(self._lease)
        if not signals.held:
            self._context.stop(LeaseLost)
            return
        if signals.cancel_requested:
            self._context.stop(RunCancelled)
        if signals.stopped:
            self._context.stop(WorkerLeaves)
        self._write_progress()
        self._beat_if_due()

    def tick_or_give_up(self) -> None:
        """Without a word from the database for a whole lease, another worker may have the run: stop."""
        with self._ticking:
            if not _heart.has(self):
                return
            try:
                self.tick()
            except (DatabaseError, InterfaceError):
                log.warning("ticker_database_unavailable", run_id=self._lease.run_id)
                connection.close()
                self._give_up_if_unheard()

    def _give_up_if_unheard(self) -> None:
        """While the handler itself keeps all others from writing, none of them can take its run."""
        silent = time.monotonic() - self._last_beat > settings.OPERATIONS_LEASE_SECONDS
        if silent and not self._context.holds_write_lock:
            self._context.stop(LeaseLost)

    def _write_progress(self) -> None:
        progress = self._context.current_progress
        if progress != self._written and self._service.progress(self._lease, progress, now=self._clock()):
            self._written = progress

    def _beat_if_due(self) -> None:
        """Past its time limit a run is not kept alive: it stops at a safe point, or the reconciler ends it."""
        if self._context.time_is_up:
            self._context.stop(TimeLimitExceeded)
            self._say_the_end()
        elif time.monotonic() - self._last_beat >= settings.OPERATIONS_HEARTBEAT_SECONDS:
            self._beat()

    def _say_the_end(self) -> None:
        """Record the end once, so that the reconciler can tell this silence from a lost worker's."""
        if not self._has_said_the_end:
            self._has_said_the_end = self._service.spend(self._lease, seconds_spent=self._context.seconds_spent)

    def _beat(self) -> None:
        beaten_at = time.monotonic()
        if self._service.heartbeat(self._lease, now=self._clock(), seconds_spent=self._context.seconds_spent):
            self._last_beat = beaten_at
            self._context.heartbeat_sent()
        else:
            self._context.stop(LeaseLost)


class TickerThread:
    """The one thread of a process that ticks. It begins with the first run and sleeps while there is none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[Ticker, float] = {}
        self._sleeps_until = float("inf")
        self._process: int | None = None
        self._has_ticked = self._let_go = False

    def add(self, ticker: Ticker) -> None:
        """Its first tick comes a whole pause later: most runs of nothing have ended by then."""
        due = time.monotonic() + settings.OPERATIONS_TICK_SECONDS
        with self._changed:
            self._due[ticker] = due
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._beat, name="heart", daemon=True).start()
            elif due < self._sleeps_until:
                self._changed.notify()

    def remove(self, ticker: Ticker) -> None:
        with self._changed:
            self._due.pop(ticker, None)
            self._let_go = self._has_ticked and not self._due
            if self._let_go:
                self._changed.notify()

    def has(self, ticker: Ticker) -> bool:
        return ticker in self._due

    def _beat(self) -> None:
        while True:
            for ticker in self._wait():
                try:
                    ticker.tick_or_give_up()
                except Exception:
                    log.exception("tick_failed")
            release_connection()
            if self._let_go:
                self._has_ticked = self._let_go = False
                connection.close()

    def _wait(self) -> list[Ticker]:
        """Until something is due; answers it, with its next time set. Nothing: the last run is over."""
        with self._changed:
            while True:
                now = time.monotonic()
                ready = [ticker for ticker, due in self._due.items() if due <= now]
                if self._let_go:
                    return []
                if ready:
                    self._has_ticked = True
                    self._due.update(dict.fromkeys(ready, now + settings.OPERATIONS_TICK_SECONDS))
                    return ready
                self._sleeps_until = min(self._due.values(), default=float("inf"))
                self._changed.wait(None if self._sleeps_until == float("inf") else self._sleeps_until - now)


_heart = TickerThread()
