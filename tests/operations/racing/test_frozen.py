"""A worker is stopped, its run taken over, and the worker continued: it can write nothing more (OPS-07)."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tests.databases import OwnDatabase
from tests.operations.kit import SUCCEEDED, Engine, again

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = pytest.mark.parametrize(
    "rounds", [20, pytest.param(500, marks=[pytest.mark.deep, pytest.mark.timeout(1_800)])]
)


def state(run: OperationRun) -> Any:
    rows = OperationRun.everywhere.filter(pk=run.pk).values().get()
    return rows, [*RunEvent.objects.filter(run=run).values_list("name", "attempt")]


@ROUNDS
def test_a_frozen_worker_finds_its_run_taken_every_time(
    own_database: OwnDatabase, engine: Engine, alice: Any, tmp_path: Path, rounds: int
) -> None:
    """OPS-07: 20 of 20."""
    go = tmp_path / "go"
    go.write_text("")
    environment = os.environ | own_database.environment | {"GO": str(go)}
    command = [sys.executable, "-m", "tests.operations.racing.frozen"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as worker:
        answers = [fenced(engine, alice, worker, go, number) for number in range(rounds)]
        worker.stdin.close()  # type: ignore[union-attr]
    assert answers == [True] * rounds
    assert Notification.everywhere.count() == rounds


def fenced(engine: Engine, alice: Any, worker: "subprocess.Popen[str]", go: Path, number: int) -> bool:
    """Whether the worker came back to a run that was no longer its own, and changed nothing."""
    engine.clock.time = timezone.now()
    run = engine.start(alice, what=number)
    print(run.pk, file=worker.stdin, flush=True)
    assert worker.stdout.readline() == "working\n"  # type: ignore[union-attr]
    os.kill(worker.pid, signal.SIGSTOP)
    engine.lose_the_worker()
    taken = engine.claim(run, "worker-2")
    before = state(run)
    go.write_text(str(run.pk))
    os.kill(worker.pid, signal.SIGCONT)
    landed = worker.stdout.readline()  # type: ignore[union-attr]
    unchanged = state(run) == before
    assert engine.service.finish(taken.lease, SUCCEEDED, now=engine.clock())
    assert again(run).outcome == "succeeded"
    return landed == "False\n" and unchanged and taken.run.started_at < engine.clock()
