"""A worker process: the engine's loop, and a sign of life beside it."""

from collections.abc import Sequence
from contextlib import suppress

import structlog

from tenantpilot.cli.work.heartbeat import Heartbeat, process_name
from tenantpilot.operations.workers.running import run_worker

log = structlog.get_logger(__name__)


def work(queues: Sequence[str]) -> None:
    """Take jobs of these queues until SIGTERM or Ctrl-C."""
    with Heartbeat("worker", ",".join(queues)), suppress(KeyboardInterrupt):
        # Interrupted before the loop listens for it: no job was taken.
        log.info("worker_started", queues=list(queues))
        run_worker(queues, name=process_name("worker"))
    log.info("worker_ended")
