"""32 processes at once: one run, one worker, one ending, one telling (OPS-06, OPS-07, OPS-23)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenantpilot.audit import services as audit
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.states import RunStatus
from tests.databases import OwnDatabase

ROOT = Path(__file__).resolve().parents[3]
RACERS = 32
ROUNDS = pytest.mark.parametrize(
    "rounds", [50, pytest.param(1_000, marks=[pytest.mark.deep, pytest.mark.timeout(3_600)])]
)


def race(which: str, rounds: int, database: OwnDatabase) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.operations.racing.processes", which, str(rounds), str(RACERS)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | database.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    answers: dict[str, int] = json.loads(done.stdout)
    return answers


@ROUNDS
def test_32_processes_that_start_the_same_work_start_one_run(
    own_database: OwnDatabase, alice: Any, rounds: int
) -> None:
    """OPS-06, OPS-26: the others are told that they joined it."""
    assert race("start", rounds, own_database) == {"Started": rounds, "AlreadyActive": rounds * (RACERS - 1)}
    assert OperationRun.everywhere.filter(status=RunStatus.QUEUED).count() == rounds
    assert OperationRun.everywhere.count() == rounds
    assert audit.verify().holds


@ROUNDS
def test_32_processes_that_end_the_same_run_end_it_once(own_database: OwnDatabase, alice: Any, rounds: int) -> None:
    """OPS-07, OPS-23: one ending, one notification, one line on the timeline, one audit entry."""
    assert race("finish", rounds, own_database) == {"ended": rounds, "too late": rounds * (RACERS - 1)}
    assert OperationRun.everywhere.completed().count() == rounds
    assert Notification.everywhere.filter(recipient=alice).count() == rounds
    assert Notification.everywhere.values("run").distinct().count() == rounds
    assert RunEvent.objects.filter(name="completed").count() == rounds
    assert audit.verify().holds


@ROUNDS
def test_32_processes_that_get_the_same_job_take_it_once(own_database: OwnDatabase, alice: Any, rounds: int) -> None:
    """OPS-07: a duplicate delivery does nothing."""
    assert race("claim", rounds, own_database) == {"Claimed": rounds, "NotClaimable": rounds * (RACERS - 1)}
    assert {*OperationRun.everywhere.values_list("attempt", flat=True)} == {1}
