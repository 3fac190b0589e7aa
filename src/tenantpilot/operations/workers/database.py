"""A worker of the embedded queue: django-tasks-db's loop, made to end well."""

import signal
from collections.abc import Sequence
from types import FrameType

import structlog
from django_tasks_db.management.commands.db_worker import Worker

from tenantpilot.operations.workers.departure import Departure
from tenantpilot.operations.workers.signals import hear, to_listen_for

log = structlog.get_logger(__name__)

LOOKS_EVERY_SECONDS = 0.3


class GracefulWorker(Worker):
    """Every signal only says that no further job is taken.

    The loop it comes from drops the job at a second SIGTERM, and can leave one that it has just taken.
    """

    def __init__(self, queues: Sequence[str], *, name: str, leaving: Departure, grace_seconds: float) -> None:
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

    def configure_signals(self) -> None:
        """The base class would end the process at a second one."""
        for number in to_listen_for():
            signal.signal(number, self.shutdown)
        hear()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002 a handler of signals
        """Take no further job."""
        self.running = False
        self._leaving.begin(self._grace_seconds)


def work(queues: Sequence[str], *, name: str, leaving: Departure, grace_seconds: float) -> None:
    """Until a signal."""
    worker = GracefulWorker(queues, name=name, leaving=leaving, grace_seconds=grace_seconds)
    worker.configure_signals()
    worker.run()
