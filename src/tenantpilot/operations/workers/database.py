"""A worker of the embedded queue: it takes django-tasks-db's jobs, works on several at once, and ends well."""

import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

import structlog
from django.db import close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from tenantpilot.core.connections import release_connection
from tenantpilot.operations.workers.departure import Departure
from tenantpilot.operations.workers.outage_retries import until_answered
from tenantpilot.operations.workers.signals import hear, to_listen_for

log = structlog.get_logger(__name__)

LOOKS_EVERY_SECONDS = 0.3


class GracefulWorker(Worker):
    """Every signal only says that no further job is taken.

    The loop it comes from works on one job at a time, drops it at a second SIGTERM, and can leave one that it has just
    taken.
    """

    def __init__(
        self, queues: Sequence[str], *, name: str, leaving: Departure, grace_seconds: float, places: int = 1
    ) -> None:
        super().__init__(
            queue_names=list(queues),
            interval=LOOKS_EVERY_SECONDS,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name[-64:],
            excluded_queue_names=[],
        )
        self._leaving, self._grace_seconds = leaving, grace_seconds
        self._places = places
        self._at_work: set[threading.Thread] = set()
        self._place_freed = threading.Condition()

    def configure_signals(self) -> None:
        """The base class would end the process at a second one."""
        for number in to_listen_for():
            signal.signal(number, self.shutdown)
        hear()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 a handler of signals
        """Take no further job."""
        self.running = False
        self._leaving.begin(self._grace_seconds)

    def run(self) -> None:
        """Take jobs as long as there are places, each in a thread of its own, and wait for all that were taken."""
        try:
            while self.running:
                job = self._take() if self._has_place() else None
                if job is not None:
                    self._begin(job)
                elif self.batch and not self._at_work:
                    return
                else:
                    self._wait()
        finally:
            for thread in list(self._at_work):
                thread.join()

    def _take(self) -> "DBTaskResult[..., Any] | None":
        """Return the first job that is due, as taken by this worker. The database may be away for a lease."""
        return until_answered(self._take_once)

    def _take_once(self) -> "DBTaskResult[..., Any] | None":
        close_old_connections()
        due = DBTaskResult.objects.ready().filter(backend_name=self.backend_name, queue_name__in=self.queue_names)
        with exclusive_transaction(due.db):
            job = due.get_locked()
            if job is not None:
                job.claim(self.worker_id)
        release_connection()
        return job

    def _begin(self, job: "DBTaskResult[..., Any]") -> None:
        thread = threading.Thread(target=self._work_on, args=(job,), name=f"job {job.pk}", daemon=True)
        self._at_work.add(thread)
        thread.start()

    def _work_on(self, job: "DBTaskResult[..., Any]") -> None:
        try:
            self.run_task(job)
        except Exception:
            log.exception("job_not_settled")
        finally:
            connection.close()
            with self._place_freed:
                self._at_work.discard(threading.current_thread())
                self._place_freed.notify()

    def _has_place(self) -> bool:
        return len(self._at_work) < self._places

    def _wait(self) -> None:
        """Wait for the next look, or until a place is free. Signals are heard meanwhile."""
        with self._place_freed:
            self._place_freed.wait(self.interval)


def work(queues: Sequence[str], *, name: str, leaving: Departure, grace_seconds: float, places: int) -> None:
    """Work until a signal."""
    worker = GracefulWorker(queues, name=name, leaving=leaving, grace_seconds=grace_seconds, places=places)
    worker.configure_signals()
    worker.run()
