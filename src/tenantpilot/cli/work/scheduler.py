"""The scheduler: does every duty when it is due, and lets none stop the others."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from tenantpilot.cli.processes.signals import Signals
from tenantpilot.cli.work.heartbeat import Heartbeat
from tenantpilot.cli.work.periodic import Duty, duties

log = structlog.get_logger(__name__)


# Between two parts of a long duty, so that it leaves the database to others.
PAUSE_SECONDS = 0.1


class Scheduler:
    """A thread, one duty after another. A long one is done in parts, with the others in between."""

    def __init__(
        self,
        duties: Sequence[Duty],
        *,
        clock: Callable[[], datetime] = timezone.now,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._ticks = clock, ticks
        self._due = {duty: ticks() for duty in duties}

    def do_what_is_due(self) -> float:
        """Answers the seconds until the next duty."""
        close_old_connections()
        for duty, due_at in list(self._due.items()):
            if self._ticks() >= due_at:
                is_more_left = self._do(duty)
                pause = min(PAUSE_SECONDS, duty.every_seconds) if is_more_left else duty.every_seconds
                self._due[duty] = self._ticks() + pause
        return max(min(self._due.values()) - self._ticks(), 0)

    def _do(self, duty: Duty) -> bool:
        """Answer if more of it is left."""
        try:
            return bool(duty.do(self._clock()))
        except (DatabaseError, InterfaceError):
            log.warning("duty_found_no_database", duty=duty.name, exc_info=True)
            connection.close()
        except Exception:
            log.exception("duty_failed", duty=duty.name)
        return False


def schedule() -> None:
    """Until SIGTERM or Ctrl-C; a duty that has begun is brought to its end."""
    scheduler = Scheduler(duties())
    with Signals() as signals, Heartbeat("scheduler"):
        log.info("scheduler_started")
        while not signals.stop_asked:
            signals.wait(scheduler.do_what_is_due())
    log.info("scheduler_ended")
