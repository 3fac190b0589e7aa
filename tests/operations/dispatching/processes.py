"""Worker processes of a test, and waiting for what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import OperationalError, connection, transaction

from tenantpilot.operations.models import OperationRun

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 500
QUICK = {
    "TENANTPILOT_TICK_SECONDS": "0.1",
    "TENANTPILOT_HEARTBEAT_SECONDS": "0.5",
    "TENANTPILOT_LEASE_SECONDS": "60",
    "TENANTPILOT_SHUTDOWN_GRACE_SECONDS": "2",
}


class WorkerProcesses:
    """Killed at the end of the test, whatever they do then."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = {**os.environ, **QUICK, **environment}
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "WorkerProcesses":
        return self

    def __exit__(self, *_error: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def start(self, *queues: str, **settings: str) -> subprocess.Popen[bytes]:
        environment = self._environment | {f"TENANTPILOT_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "tests.operations.dispatching.worker_process", *(queues or ("interactive",))]
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        self._processes.append(process)
        return process


def freeze(worker: "subprocess.Popen[bytes]", run: OperationRun) -> None:
    """SIGSTOP, but not in the middle of a write: who is stopped there keeps its lock."""
    while True:
        os.kill(worker.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, worker.pid, os.WSTOPPED | os.WNOWAIT)
        if _is_free(run):
            return
        os.kill(worker.pid, signal.SIGCONT)
        time.sleep(0.05)


def _is_free(run: OperationRun) -> bool:
    impatient = "SET lock_timeout = 300" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 300"
    try:
        with connection.cursor() as cursor:
            cursor.execute(impatient)
        with transaction.atomic():
            OperationRun.everywhere.filter(pk=run.pk).update(context={})
    except OperationalError:
        return False
    finally:
        connection.close()
    return True


def until(question: Callable[[], object], *, patience: float = PATIENCE_SECONDS) -> None:
    """Fails when the answer is not yes in time."""
    ends_at = time.monotonic() + patience
    while not question():
        assert time.monotonic() < ends_at, "it did not happen in time"
        time.sleep(0.05)
