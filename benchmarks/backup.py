"""Backup: two full backups of a tenant of 2,000 policies of all types, beside IntuneCD, under Microsoft's limits.

Each reads a tenant of its own at one simulator with 100 ms latency, one after the other and on the wall clock, so that
neither uses the other's limits. Ours is the whole operation in a worker's process: reading, versions, members, digest,
in a database of its own. IntuneCD runs unchanged from the environment that INTUNECD_ENVIRONMENT names, else from
`.venv/intunecd`, where `make interop` puts it. Memory is the peak of each process, processor time is user and system.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.capture import GUEST, Capture, _log, _simulator, _tenants, _with_requests
from benchmarks.table import Row

ENVIRONMENT = Path(os.environ.get("INTUNECD_ENVIRONMENT", ".venv/intunecd"))
WINDOW = 25.0
"""Seconds until the limits have forgotten the backup before."""


@dataclass(frozen=True)
class Backup:
    """The cost of one backup."""

    seconds: float
    processor: float
    megabytes: float
    objects: int
    payloads: int = 0
    versions: int = 0
    members: int = 0


def rows() -> list[Row]:
    with _simulator() as url:
        ours, theirs = _tenants(url)
        [(first, asked_first), (second, asked_second)] = _our_backups(url, ours)
        guest = _backup_of_intunecd(url, theirs) if ENVIRONMENT.exists() else None
    print(f"ours, first:  {_told(first, asked_first)}", file=sys.stderr)
    print(f"ours, second: {_told(second, asked_second)}", file=sys.stderr)
    throttled = asked_first.throttled + asked_second.throttled
    share = second.processor / first.processor
    found = [
        Row("second backup, payload rows", "none", second.payloads, "≤ 0", f"the first: {first.payloads}"),
        Row("second backup, versions and members", "none", second.versions + second.members, "≤ 0", "unchanged tenant"),
        Row("second backup, processor time", "the first", share, "≤ 0.5", f"{second.processor:.1f} s"),
        Row("two backups, 429 answers", "none", throttled, "≤ 0", "under real limits"),
        Row("peak memory of the worker", "256 MB", first.megabytes / 256, "≤ 1", f"{first.megabytes:.0f} MB"),
    ]
    if guest is None:
        print(f"IntuneCD is not installed in {ENVIRONMENT}: our own figures alone", file=sys.stderr)
        return found
    other, asked = guest
    told, again, theirs_told = _told(first, asked_first), _told(second, asked_second), f"theirs: {_told(other, asked)}"
    return [
        Row("full backup, 2,000 policies", "IntuneCD", other.seconds / first.seconds, "≥ 1", told),
        Row("second backup, nothing changed", "IntuneCD", other.seconds / second.seconds, "≥ 5", again),
        Row("the same, requests counted", "IntuneCD", asked.counted / asked_first.counted, "≥ 4", theirs_told),
        *found,
    ]


def _told(backup: Backup, asked: Capture) -> str:
    return (
        f"{backup.seconds:.1f} s, {backup.processor:.1f} s of processor, {backup.megabytes:.0f} MB, "
        f"{backup.objects} objects, {asked.http} requests, {asked.counted} counted, {asked.throttled} answered 429"
    )


def _our_backups(url: str, tenant: dict[str, str]) -> list[tuple[Backup, Capture]]:
    """Let one worker make both, each with the requests that it cost."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "DJANGO_SETTINGS_MODULE": "tenantpilot.config.settings",
            "TENANTPILOT_DATA_DIR": folder,
            "TENANTPILOT_LOG_LEVEL": "ERROR",
            "TENANTPILOT_DEMO": "1",
            "TENANTPILOT_SEALING_KEYS": f"bench:{'A' * 43}=",
            "TENANTPILOT_GRAPH_SIMULATOR_URL": url,
            "TENANTPILOT_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        }
        command = [sys.executable, "-m", "benchmarks.backup", url, json.dumps(tenant)]
        done = subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.PIPE, text=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    log = _log(url, tenant)
    parts = (log[: figures["mark"]], log[figures["mark"] :])
    backups = [Backup(**each) for each in figures["backups"]]
    return [
        (backup, _with_requests(part, backup.seconds, backup.objects))
        for backup, part in zip(backups, parts, strict=True)
    ]


def _main(url: str, facts: dict[str, str]) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tenantpilot.tenancy.isolation import EVERYTHING, set_process_scope

    set_process_scope(EVERYTHING)
    call_command("migrate", verbosity=0)
    tenant = _tenant(facts)
    first = _one(tenant, "First")
    mark = len(_log(url, facts))
    time.sleep(WINDOW)
    print(json.dumps({"mark": mark, "backups": [asdict(first), asdict(_one(tenant, "Second"))]}))


def _tenant(facts: dict[str, str]) -> Any:
    from uuid import UUID

    from django.utils import timezone

    from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
    from tenantpilot.operations.schedules.cadence import Cadence, Frequency
    from tenantpilot.operations.schedules.services import create_schedule
    from tenantpilot.tenancy import services as tenancy
    from tenantpilot.tenancy.credentials import store_credential
    from tenantpilot.tenancy.models import Tenant, User

    now, person = timezone.now(), User.objects.create(email="bench@example.com", display_name="Bench")
    workspace = tenancy.create_workspace(slug="bench", name="Bench", actor=None, now=now)
    tenant = Tenant.everywhere.create(
        workspace=workspace, slug="bench", name="Bench", entra_tenant_id=facts["id"], created_at=now
    )
    store_credential(
        tenant=tenant, kind="secret", client_id=UUID(facts["client_id"]), secret=facts["client_secret"],
        expires_at=None, actor=None, now=now,
    )  # fmt: skip
    cadence = Cadence(Frequency.DAILY, "UTC", hour=3)
    schedule = {"name": "Nightly", "cadence": cadence, "inputs": _every_type(), "actor": person}
    create_schedule(BACKUP_SCHEDULE_RUN, tenant=tenant, now=now, **schedule)
    return tenant


def _every_type() -> Any:
    from tenantpilot.backups.requests import ScheduledBackupInputs
    from tenantpilot.inventory import policy_types

    return ScheduledBackupInputs(tuple(kind.key for kind in policy_types.every()))


def _one(tenant: Any, what: str) -> Backup:
    """Make the next set of the schedule's chain, as a worker would."""
    from django.utils import timezone

    from tenantpilot.backups.models import BackupMember, BackupSet
    from tenantpilot.operations.models import Schedule
    from tenantpilot.operations.schedules.services import run_now
    from tenantpilot.operations.workers.runner import Runner
    from tenantpilot.versions.models import Payload, PolicyVersion

    tables = (Payload, PolicyVersion, BackupMember)
    before = [table.everywhere.count() for table in tables]
    schedule = Schedule.everywhere.get(tenant=tenant)
    run = run_now(schedule, initiator=schedule.created_by, now=timezone.now()).run
    began, spent = time.perf_counter(), time.process_time()
    Runner().execute(run.pk)
    seconds, processor = time.perf_counter() - began, time.process_time() - spent
    run.refresh_from_db()
    backup_set = BackupSet.everywhere.get(run_id=run.pk)
    assert backup_set.state == "complete", (what, run.message, run.failure_summary)
    added = [table.everywhere.count() - count for table, count in zip(tables, before, strict=True)]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Backup(seconds, processor, megabytes, backup_set.items, *added)


def _backup_of_intunecd(url: str, tenant: dict[str, str]) -> tuple[Backup, Capture]:
    facts = {"TENANT_NAME": tenant["id"], "CLIENT_ID": tenant["client_id"], "CLIENT_SECRET": tenant["client_secret"]}
    environment = {**os.environ, **facts, "INTUNESIM_URL": url, "PYTHONPATH": str(GUEST)}
    program = str(ENVIRONMENT / "bin" / "IntuneCD-startbackup")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        process = subprocess.Popen([program, "-m", "1", "-p", folder], env=environment, stdout=subprocess.DEVNULL)
        _pid, status, used = os.wait4(process.pid, 0)
        assert status == 0, status
        seconds = time.perf_counter() - began
        objects = sum(1 for file in Path(folder).rglob("*.json"))
    backup = Backup(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, objects)
    return backup, _with_requests(_log(url, tenant), seconds, objects)


if __name__ == "__main__":
    _main(sys.argv[1], json.loads(sys.argv[2]))
