"""The promise in seconds: every orphan is settled within ninety, with the settings as they are shipped (OPS-07)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tenantpilot.operations.models import OperationRun, ProcessHeartbeat, RunEvent
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.operations.dispatching.as_shipped import bare, started
from tests.operations.dispatching.handlers import HOLDING, ONE_ATTEMPT
from tests.operations.dispatching.processes import until
from tests.operations.kit import again

pytestmark = [pytest.mark.deep, pytest.mark.timeout(900)]

SETTLED_WITHIN_SECONDS = 90
GIVES_UP_AFTER_SECONDS = 300
LONG = 100_000
Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def process(own_database: OwnDatabase, engine_name: str, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker or a scheduler, which does not outlive the test."""
    all_of_them: list[subprocess.Popen[bytes]] = []
    environment = own_database.environment | {"TENANTPILOT_ENGINE": engine_name}

    def start(role: str) -> "subprocess.Popen[bytes]":
        all_of_them.append(started(role, environment, tmp_path))
        return all_of_them[-1]

    yield start
    for one in all_of_them:
        one.kill()
        one.wait()


def test_the_settings_are_those_that_are_shipped(tmp_path: Path) -> None:
    """Or the figure below would say nothing."""
    names = [f"OPERATIONS_{name}_SECONDS" for name in ("LEASE", "HEARTBEAT", "TICK", "RECONCILE")]
    asked = f"from django.conf import settings; print([getattr(settings, name) for name in {names}])"
    answer = subprocess.check_output([sys.executable, "-c", asked], env=bare(tmp_path), text=True)
    assert answer == "[60, 15, 1, 10]\n"


@pytest.mark.parametrize("scheduler", ["stays", "is killed with them"])
def test_ops_07_every_orphan_is_settled_within_ninety_seconds(
    start: Any, process: Start, engine_name: str, scheduler: str, tmp_path: Path
) -> None:
    """Killed in the middle of a run, for the first and for the last time; and stopped in the middle of a write."""
    reconciler = process("scheduler")
    killed = [process("worker") for _run in range(3)]
    runs = [start(what="a", steps=LONG), start(what="b", steps=LONG), start(ONE_ATTEMPT, what="c", steps=LONG)]
    until(lambda: all(has_happened(run, "step") for run in runs))
    stopped = []
    if IS_POSTGRESQL:
        stopped, holding = [process("worker")], start(HOLDING, what="d", **signs(tmp_path))
        until((tmp_path / "there").exists)
        runs.append(holding)
    spare = [process("worker") for _run in runs]
    until(lambda: at_work() >= len(killed) + len(stopped) + len(spare))
    orphaned_at = time.monotonic()
    for worker in stopped:
        os.kill(worker.pid, signal.SIGSTOP)
    for worker in killed if scheduler == "stays" else [*killed, reconciler]:
        worker.kill()
    if scheduler != "stays":
        process("scheduler")
    waits = {run.pk: wait_for_settling(run, orphaned_at) for run in runs}
    print(f"settled after seconds ({connection.vendor}, {engine_name}, scheduler {scheduler}):", [*waits.values()])
    assert again(runs[2]).reason_code == "worker_lost"
    assert not [wait for wait in waits.values() if wait > SETTLED_WITHIN_SECONDS]


def has_happened(run: OperationRun, name: str) -> bool:
    return RunEvent.objects.filter(run=run, name=name).exists()


def signs(folder: Path) -> dict[str, str]:
    return {"there": str(folder / "there"), "go": str(folder / "go")}


def at_work() -> int:
    return ProcessHeartbeat.objects.filter(role="worker").count()


def wait_for_settling(run: OperationRun, since: float) -> float:
    """The seconds until another worker has it, or it was ended."""
    until(lambda: has_happened(run, "taken_over") or has_happened(run, "completed"), patience=GIVES_UP_AFTER_SECONDS)
    return round(time.monotonic() - since, 1)
