"""A worker process: the engine's loop, and a sign of life beside it."""

from collections.abc import Sequence

import structlog
from django.conf import settings

from tenantpilot.cli.work.capacity import connections_of_worker
from tenantpilot.cli.work.heartbeat import Heartbeat, process_name
from tenantpilot.core.connections import end_sharing, release_connection, share_connections
from tenantpilot.operations.workers.running import run_worker
from tenantpilot.operations.workers.signals import held_until_heard

log = structlog.get_logger(__name__)


def work(queues: Sequence[str]) -> None:
    """Take jobs of these queues until SIGTERM or Ctrl-C."""
    places = settings.OPERATIONS_RUNS_PER_WORKER
    share_connections(connections_of_worker(places))
    with held_until_heard(), Heartbeat("worker", ",".join(queues), places=places):
        release_connection()
        log.info("worker_started", queues=list(queues), places=places)
        run_worker(queues, name=process_name("worker"), places=places)
    end_sharing()
    log.info("worker_ended")
