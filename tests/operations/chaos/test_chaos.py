"""Everything is killed all the time, and nothing is lost, ended twice, told twice or counted wrong (OPS-07, OPS-23)."""

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tenantpilot.audit import services as audit
from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.lifecycle.leases import DATABASE_LOST, SET_ASIDE
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.operations.chaos.journal import lines

ROOT = Path(__file__).resolve().parents[3]
SECONDS = float(os.environ.get("TENANTPILOT_CHAOS_SECONDS", "300"))
DEEP = [pytest.mark.deep, pytest.mark.timeout(SECONDS + 300)]
ENGINES = ("database", "procrastinate") if IS_POSTGRESQL else ("database",)
LENGTHS = pytest.mark.parametrize(
    ("seconds", "engine_name"), [(8, "database"), *(pytest.param(SECONDS, name, marks=DEEP) for name in ENGINES)]
)
LEASE_SECONDS = 2
SETTLED_WITHIN_SECONDS = 90

Event = tuple[str, int, dict[str, Any]]
Line = dict[str, Any]


def rage(seconds: float, seed: int, environment: dict[str, str], journal: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.operations.chaos.driver", str(seconds), str(seed), str(journal)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@LENGTHS
def test_nothing_is_lost_doubled_or_left_hanging(
    own_database: OwnDatabase, alice: Any, seconds: float, engine_name: str, tmp_path: Path
) -> None:
    """OPS-04, OPS-06, OPS-07, OPS-23, OPS-31, SEC-05: after any number of SIGKILLs at any statement."""
    journal = tmp_path / "journal"
    connection.close()
    environment = own_database.environment | {"TENANTPILOT_ENGINE": engine_name}
    told = {"database": connection.vendor, "engine": engine_name} | rage(seconds, 7, environment, journal)
    runs, happened = list(OperationRun.everywhere.all()), lines(journal)
    report = told | counted(happened, runs)
    print(json.dumps(report))
    assert len(runs) >= 10, report
    assert told["killed"] >= 10, report
    assert seconds < SECONDS or report["most_runs_in_a_worker"] > 1, report
    assert [left_over(run) for run in runs if run.is_active] == [], report
    assert accepted(happened) - {run.pk for run in runs} == set()
    assert told_right(runs) == []
    assert healthy_but_taken(happened) == []
    assert waited_too_long(happened) == []
    assert [run.pk for run in runs if run.reason_code == "time_limit_exceeded"] == [], report
    each_ended_once_and_for_good(runs)
    assert audit.verify().holds
    assert AuditLog.objects.filter(action="run.completed").count() == len(runs)
    assert integrity() == "ok"


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no server")
@pytest.mark.deep
@pytest.mark.timeout(SECONDS + 300)
@pytest.mark.parametrize("engine_name", ENGINES)
def test_restarts_of_the_server_alone_cost_no_run(
    own_database: OwnDatabase, alice: Any, engine_name: str, tmp_path: Path
) -> None:
    """OPS-07: the outcome is the operation's own, however often its database goes away."""
    journal = tmp_path / "journal"
    connection.close()
    environment = own_database.environment | {"TENANTPILOT_ENGINE": engine_name, "CHAOS_MODE": "restarts"}
    told = {"engine": engine_name} | rage(SECONDS, 11, environment, journal)
    runs, happened = list(OperationRun.everywhere.all()), lines(journal)
    report = told | counted(happened, runs) | {"lost": RunEvent.objects.filter(name=DATABASE_LOST).count()}
    print(json.dumps(report))
    assert len(runs) >= 10, report
    assert told["restarts"] >= SECONDS / 10, report
    assert report["lost"] >= 1, report
    assert [(run.pk, run.attempt, run.reason_code) for run in runs if run.outcome != "succeeded"] == [], report
    assert accepted(happened) - {run.pk for run in runs} == set()
    assert told_right(runs) == []
    each_ended_once_and_for_good(runs)
    assert audit.verify().holds


def left_over(run: OperationRun) -> dict[str, Any]:
    """Return the facts that tell why a run has not ended."""
    facts = {name: getattr(run, name) for name in ("pk", "status", "attempt", "not_before", "lease_owner")}
    times = {"created_at": run.created_at, "dispatched_at": run.dispatched_at, "dispatches": run.dispatches}
    return facts | times | {"events": [*run.events.in_order().values_list("name", "at")]}


def each_ended_once_and_for_good(runs: list[OperationRun]) -> None:
    """Nothing was lost, ended twice, or resurrected; every counter is equal to a recount."""
    events: dict[int, list[Event]] = defaultdict(list)
    for event in RunEvent.objects.in_order():
        events[event.run_id].append((event.name, event.attempt, event.data))
    assert [run.pk for run in runs if [name for name, *_ in events[run.pk]].count("completed") != 1] == []
    assert [run.pk for run in runs if events[run.pk][-1][0] != "completed"] == []
    assert [
        (run.outcome, run.summary_counts, events[run.pk]) for run in runs if not counted_right(run, events[run.pk])
    ] == []


def told_right(runs: list[OperationRun]) -> list[int]:
    """Those that were not told exactly as they should be: once to an initiator, else not at all."""
    told = Counter(Notification.everywhere.values_list("run_id", flat=True))
    return [run.pk for run in runs if told[run.pk] != (1 if run.initiator_id else 0)]


def counted_right(run: OperationRun, events: list[Event]) -> bool:
    """The counters are equal to a recount of the steps on the timeline, and no step was done twice."""
    steps = [data["number"] for name, _attempt, data in events if name == "step"]
    assert steps == sorted(set(steps)), steps
    if run.type == "inventory_sync" and run.outcome == "succeeded":
        return steps == list(range(len(run.inputs["policy_types"]))) and run.summary_counts["items"] == len(steps)
    return run.summary_counts.get("items", 0) == len(steps)


def accepted(happened: list[Line]) -> set[int]:
    """The runs that a person was told of."""
    return {line["run"] for line in happened if line["what"] == "accepted"}


def healthy_but_taken(happened: list[Line]) -> list[Line]:
    """Runs taken from a worker that had given a sign of life within a lease."""
    alive: dict[tuple[int, int], list[float]] = defaultdict(list)
    for line in happened:
        if line["what"] == "alive":
            alive[line["run"], line["attempt"]].append(line["at"])
    return [
        line
        for line in happened
        if line["what"] == "taken"
        and any(line["at"] - LEASE_SECONDS < at < line["at"] for at in alive[line["run"], line["attempt"]])
    ]


def waited_too_long(happened: list[Line]) -> list[float]:
    """From the death of a worker until its run was taken from it, or ended."""
    died = {line["member"]: line["at"] for line in happened if line["what"] == "dead"}
    waits = [line["at"] - died[line["owner"]] for line in happened if line["what"] == "taken" and line["owner"] in died]
    return [wait for wait in waits if wait > SETTLED_WITHIN_SECONDS]


def most_at_once(happened: list[Line]) -> int:
    """Return the most runs that one worker process has worked on at the same time."""
    signs: dict[tuple[int, int, int], list[float]] = defaultdict(list)
    for line in happened:
        if line["what"] == "alive":
            signs[line["process"], line["run"], line["attempt"]].append(line["at"])
    spans = [(process, min(times), max(times)) for (process, *_run), times in signs.items()]
    together = (
        sum(other == process and began <= start <= ended for other, began, ended in spans)
        for process, start, _end in spans
    )
    return max(together, default=0)


def counted(happened: list[Line], runs: list[OperationRun]) -> dict[str, Any]:
    """What the report says of all that happened."""
    what = Counter(line["what"] for line in happened)
    return {
        "killed_at_a_statement": what["died"],
        "clock_jumps": what["jumped"],
        "dispatches_refused": what["refused"],
        "deliveries_doubled": what["doubled"],
        "answers": Counter(line["status"] for line in happened if line["what"] == "answered"),
        "taken_from_lost_workers": what["taken"],
        "most_runs_in_a_worker": most_at_once(happened),
        "set_aside": RunEvent.objects.filter(name=SET_ASIDE).count(),
        "runs": len(runs),
        "endings": Counter(run.outcome for run in runs),
        "reasons": Counter(run.reason_code for run in runs if run.reason_code),
    }


def integrity() -> str:
    if IS_POSTGRESQL:
        return "ok"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return str(cursor.fetchone()[0])
