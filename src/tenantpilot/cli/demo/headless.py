"""The demo without pages: a sync, captures, backups and a restore by real workers, and what came of them."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from tenantpilot.cli.console import done, say
from tenantpilot.cli.demo import sample, simulator
from tenantpilot.cli.demo.backing_up import Facts, back_up_twice, checks_of_backup
from tenantpilot.cli.demo.choices import Fault
from tenantpilot.cli.demo.people_and_places import CONTOSO, OSCAR
from tenantpilot.cli.demo.restoring import restore_two
from tenantpilot.cli.demo.setup import Stage
from tenantpilot.cli.processes.supervisor import Supervisor
from tenantpilot.cli.run_words import live
from tenantpilot.directory.models import Group
from tenantpilot.directory.services import start_group_sync
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.services import start_capture

GRACE_SECONDS = 6.0
ENDS_WITHIN_SECONDS = 120.0
CAPTURES = 2


@dataclass(frozen=True)
class Report:
    """`problems` is empty if all of it worked."""

    facts: dict[str, Any]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**self.facts, "ok": not self.problems, "problems": list(self.problems)}


def run(stage: Stage, fault: Fault | None) -> Report:
    """Sync Contoso and its groups, capture it twice, restore two of its policies. Raises Problem, KeyboardInterrupt."""
    began = time.monotonic()
    stage.prepare_data()
    with Supervisor(grace_seconds=GRACE_SECONDS) as supervisor:
        stage.start_simulator(supervisor)
        stage.start_workers(supervisor)
        run_id = _start()
        killed = _kill_worker_of(run_id, supervisor, stage) if fault is Fault.WORKER_KILL else None
        _wait_for(run_id, supervisor)
        _sync_groups(supervisor)
        captures = [_capture(supervisor) for _time in range(CAPTURES)]
        backup = back_up_twice(lambda pk: _wait_for(pk, supervisor))
        seconds = time.monotonic() - began
        report = _report(run_id, captures, backup, fault=fault, killed=killed, seconds=seconds)
        restored = restore_two(stage.simulator_port, lambda pk: _wait_for(pk, supervisor))
    return Report({**report.facts, "restore": restored.facts}, (*report.problems, *restored.problems))


def _start() -> int:
    started = start_sync(tenant=sample.tenant(CONTOSO), initiator=sample.person(OSCAR), now=timezone.now())
    say(f"Run {started.run.pk} is queued: an inventory sync of {CONTOSO.name}, started by {OSCAR.name}")
    return int(started.run.pk)


def _wait_for(run_id: int, supervisor: Supervisor) -> None:
    supervisor.wait_until(lambda: not _run(run_id).is_active, seconds=ENDS_WITHIN_SECONDS)


def _sync_groups(supervisor: Supervisor) -> None:
    """Read the groups, so that assignments have names, and wait for the end."""
    run = start_group_sync(tenant=sample.tenant(CONTOSO), initiator=sample.person(OSCAR), now=timezone.now()).run
    say(f"Run {run.pk} is queued: a group sync of {CONTOSO.name}")
    _wait_for(run.pk, supervisor)


def _capture(supervisor: Supervisor) -> int:
    """Take a version of every policy that changed, and wait for the end."""
    started = start_capture(
        tenant=sample.tenant(CONTOSO), initiator=sample.person(OSCAR), selection=PolicyFilter(), now=timezone.now()
    )
    say(f"Run {started.run.pk} is queued: a capture of all policies of {CONTOSO.name}")
    _wait_for(started.run.pk, supervisor)
    return int(started.run.pk)


def _kill_worker_of(run_id: int, supervisor: Supervisor, stage: Stage) -> int | None:
    """SIGKILL to the worker that holds the run, once it has done a part and not all. None: it was too fast."""
    supervisor.wait_until(lambda: _is_half_done(run_id) or not _run(run_id).is_active, seconds=ENDS_WITHIN_SECONDS)
    worker = _owner(_run(run_id))
    if worker is None or worker not in {child.pid for child in supervisor.children}:
        return None
    os.kill(worker, signal.SIGKILL)
    progress = live(_run(run_id))
    done(f"Worker {worker} killed at {progress.processed}/{progress.total}; its lease has to expire now")
    simulator.set_latency(stage.simulator_port, 0)
    return worker


def _is_half_done(run_id: int) -> bool:
    progress = live(_run(run_id))
    return progress.total is not None and progress.processed is not None and 0 < progress.processed < progress.total


def _owner(run: OperationRun) -> int | None:
    """Return the process of the worker, which the lease names as host:process."""
    with suppress(ValueError):
        return int(run.lease_owner.rpartition(":")[2])
    return None


def _run(run_id: int) -> OperationRun:
    return OperationRun.everywhere.select_related("tenant", "live").get(pk=run_id)


def _report(
    run_id: int, capture_ids: list[int], backup: Facts, *, fault: Fault | None, killed: int | None, seconds: float
) -> Report:
    run, captures = _run(run_id), [_run(pk) for pk in capture_ids]
    facts: dict[str, Any] = {
        "run": {
            "id": run.pk,
            "type": run.type,
            "tenant": CONTOSO.slug,
            "status": run.status,
            "outcome": run.outcome,
            "summary_counts": run.summary_counts,
            "reason_code": run.reason_code,
            "attempts": run.attempt,
        },
        "notifications": Notification.everywhere.filter(run=run).count(),
        "policies": Policy.everywhere.of_tenant(sample.tenant(CONTOSO)).present().count(),
        "groups": Group.everywhere.of_tenant(sample.tenant(CONTOSO)).present().count(),
        "capture": _captured(captures),
        "backup": backup,
        "fault": fault.value if fault else None,
        "killed_worker": killed,
        "seconds": round(seconds, 1),
    }
    checks = [*_checks(run, facts, fault), *_checks_of_captures(captures, facts)]
    checks += checks_of_backup(backup, facts["policies"])
    return Report(facts, tuple(words for words, holds in checks if not holds()))


def _captured(captures: list[OperationRun]) -> dict[str, int]:
    """Return the figures of both captures: `incomplete` counts the policies that could not be read whole."""
    counts = [capture.summary_counts for capture in captures]
    return {
        "versions": PolicyVersion.everywhere.of_tenant(sample.tenant(CONTOSO)).count(),
        "unchanged_second_time": counts[-1].get("unchanged", 0),
        "incomplete": sum(figures.get("failed", 0) for figures in counts),
    }


def _checks_of_captures(captures: list[OperationRun], facts: dict[str, Any]) -> list[tuple[str, Callable[[], bool]]]:
    figures = facts["capture"]
    return [
        ("a capture did not succeed", lambda: all(run.outcome == RunOutcome.SUCCEEDED for run in captures)),
        ("there is not one version of each policy", lambda: figures["versions"] == facts["policies"]),
        ("the second capture found changes", lambda: figures["unchanged_second_time"] == facts["policies"]),
    ]


def _checks(run: OperationRun, facts: dict[str, Any], fault: Fault | None) -> list[tuple[str, Callable[[], bool]]]:
    endings = run.events.filter(name="completed").count()
    return [
        (f"the run did not end within {ENDS_WITHIN_SECONDS:.0f} s", lambda: run.status == RunStatus.COMPLETED),
        ("the run did not succeed", lambda: run.outcome == RunOutcome.SUCCEEDED),
        ("the run did not end exactly once", lambda: endings == 1),
        ("there is not exactly one notification", lambda: facts["notifications"] == 1),
        ("the inventory has not all policies, or too many", lambda: facts["policies"] == CONTOSO.policies),
        ("the groups are not all there, or too many", lambda: facts["groups"] == CONTOSO.groups),
        ("no worker was killed", lambda: fault is None or facts["killed_worker"] is not None),
        ("the run was not taken over", lambda: fault is None or run.attempt > 1),
    ]
