"""A worker process: the engine's loop, and a sign of life beside it."""

from collections.abc import Sequence

import structlog

from tenantpilot.cli.work.heartbeat import Heartbeat, process_name
from tenantpilot.operations.workers.running import run_worker
from tenantpilot.operations.workers.signals import held_until_heard

log = structlog.get_logger(__name__)


def work(queues: Sequence[str]) -> None:
    """Take jobs of these queues until SIGTERM or Ctrl-C."""
    with held_until_heard(), Heartbeat("worker", ",".join(queues)):
        log.info("worker_started", queues=list(queues))
        run_worker(queues, name=process_name("worker"))
    log.info("worker_ended")
