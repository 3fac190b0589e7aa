"""Restores: policies with assignments, all deleted before, under Microsoft's limits, against the least time announced.

2,000 policies by a virtual clock: only waits and the latency of Graph take time, so the ratio is that of the limits.
200 policies in real time, by the product's own worker, whose memory is told.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.table import Row

LATENCY_MS = 50
READING_SECONDS = 300
"""A person reads the preview for so long. Taking the versions was throttled, which slows down the minutes after it."""
CATALOG = "deviceManagement/configurationPolicies"
GROUP = "#microsoft.graph.groupAssignmentTarget"


@dataclass(frozen=True)
class Figures:
    """The cost of one restore. `counted` are requests as Graph counts them; each part of a batch is one."""

    policies: int
    seconds: float
    announced: float
    restored: int
    requests: int
    counted: int
    writes: int
    throttled: int
    megabytes: float
    cpu_seconds: float

    def told(self) -> str:
        return (
            f"{self.seconds:.0f} s, announced {self.announced:.0f} s; {self.restored} restored, "
            f"{self.requests} requests, {self.counted / self.policies:.1f} counted a policy, {self.writes} writes, "
            f"{self.throttled} answered 429, {self.megabytes:.0f} MB, {self.cpu_seconds:.0f} s of processor"
        )


def rows() -> list[Row]:
    """One row for each way of measuring."""
    found = []
    for way, policies in (("virtual", 2_000), ("real", 200)):
        figures = _measured(way, policies)
        ratio = figures.seconds / figures.announced if figures.restored == policies else 99.0
        what = f"restore of {policies:,} assigned policies, {way} clock"
        found.append(Row(what, "least time announced", ratio, "≤ 1.3", figures.told()))
    return found


def _measured(way: str, policies: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "DJANGO_SETTINGS_MODULE": "tenantpilot.config.settings",
            "TENANTPILOT_DEMO": "1",
            "TENANTPILOT_SECRET_KEY": "only-to-measure-" * 4,
            "TENANTPILOT_SEALING_KEYS": "b1:" + "A" * 43 + "=",
            "TENANTPILOT_DATA_DIR": folder,
            "TENANTPILOT_LOG_LEVEL": "ERROR",
            "TENANTPILOT_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        }
        if way == "virtual":  # the shared budget counts by the clock of the database
            settings["TENANTPILOT_GRAPH_SHARED_BUDGET"] = "0"
        command = [sys.executable, "-m", "benchmarks.restoring", way, str(policies)]
        done = subprocess.run(command, env=os.environ | settings, check=True, stdout=subprocess.PIPE, text=True)
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


class VirtualTime:
    """One time for the simulator and for the client: it goes on while either of them waits."""

    START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __init__(self) -> None:
        self.seconds, self._lock = 0.0, threading.Lock()

    def now(self) -> datetime:
        return self.START + timedelta(seconds=self.seconds)

    def pass_by(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds

    async def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)
        await asyncio.sleep(0)

    def take_over(self) -> None:
        """Let the client tell this time."""
        from tenantpilot.graph.clock import SystemClock

        clock: Any = SystemClock
        clock.sleep = lambda _clock, seconds: self.pass_by(seconds)
        clock.monotonic = lambda _clock: self.seconds
        clock.now = lambda _clock: self.now()


def main(way: str, policies: int) -> None:
    from intunesim import Simulator, serving
    from intunesim.limits import LimitRules

    virtual = VirtualTime() if way == "virtual" else None
    simulator = Simulator(clock=virtual, limits=LimitRules(), latency_ms=0)
    with serving(simulator) as running:
        os.environ["TENANTPILOT_GRAPH_SIMULATOR_URL"] = running.url
        from tenantpilot.cli.boot import get_django_ready

        get_django_ready()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        if virtual:
            virtual.take_over()
        bench = Bench(simulator, policies)
        restore, run = bench.confirmed()
        simulator.log.clear()
        simulator.latency_ms = LATENCY_MS
        if virtual:
            seconds, megabytes, cpu = bench.execute_here(run, virtual)
        else:
            seconds, megabytes, cpu = bench.execute_by_worker(run)
        print(json.dumps(asdict(bench.figures(restore, seconds, megabytes, cpu))))


class Bench:
    """An installation with one tenant, in which all policies were deleted after their versions were taken."""

    def __init__(self, simulator: Any, policies: int) -> None:
        self._simulator, self._policies = simulator, policies
        self._tenant, self._person, self._directory = self._installation()

    def _installation(self) -> tuple[Any, Any, Any]:
        from uuid import UUID, uuid4

        from intunesim import Plan, generate

        from tenantpilot.tenancy import services as tenancy
        from tenantpilot.tenancy.credentials import store_credential
        from tenantpilot.tenancy.models import Tenant, TenantMember, User

        now = _now()
        workspace = tenancy.create_workspace(slug="bench", name="Bench", actor=None, now=now)
        person = User.objects.create(email="bench@example.com", display_name="Bench")
        entra_tenant_id = uuid4()
        directory = self._simulator.add_tenant("Contoso", tenant_id=str(entra_tenant_id))
        plan = Plan(policies=self._policies, seed=7, kinds=("settingsCatalog",))
        generate(directory, plan, now=self._simulator.clock.now())
        group = next(iter(directory.store.entities("groups"))).id
        for number, entity in enumerate(directory.store.entities(CATALOG)):
            target = {"@odata.type": GROUP, "groupId": group}
            entity.children["assignments"] = [{"id": f"a{number}", "target": target}]
            directory.store.put(CATALOG, entity)
        tenant = Tenant.everywhere.create(
            workspace=workspace, slug="contoso", name="Contoso", entra_tenant_id=entra_tenant_id, created_at=now
        )
        TenantMember.everywhere.create(workspace=workspace, tenant=tenant, user=person, role="manager")
        application = directory.application
        store_credential(
            tenant=tenant, kind="secret", client_id=UUID(application.client_id), secret=application.secrets[0].value,
            expires_at=None, actor=None, now=now,
        )  # fmt: skip
        return tenant, person, directory

    def confirmed(self) -> tuple[Any, Any]:
        """Take versions, delete the policies, preview their restore and confirm it."""
        from intunesim.graph.known_settings import remember_definitions

        from tenantpilot.inventory.selecting import PolicyFilter
        from tenantpilot.inventory.services import start_sync
        from tenantpilot.restores.drafting import draft_of_versions
        from tenantpilot.restores.models import RestoreItem, RestoreRun
        from tenantpilot.restores.services import Confirmation, confirm, start_preview
        from tenantpilot.versions.models import PolicyVersion
        from tenantpilot.versions.services import start_capture

        facts = {"tenant": self._tenant, "initiator": self._person, "now": _now()}
        self._work(start_sync(**facts, policy_types=("settingsCatalog",)))
        self._work(start_capture(**facts, selection=PolicyFilter()))
        remember_definitions(self._directory, now=self._simulator.clock.now())
        for entity in list(self._directory.store.entities(CATALOG)):
            self._directory.store.remove(CATALOG, entity.id)
        versions = list(PolicyVersion.everywhere.select_related("policy", "tenant").order_by("pk"))
        assert len(versions) == self._policies, len(versions)
        draft = draft_of_versions(
            tenant=self._tenant, versions=versions, source="Bench", actor=self._person, now=_now()
        )
        self._work(start_preview(draft, actor=self._person, now=_now()))
        restore = RestoreRun.everywhere.select_related("tenant").get(pk=draft.pk)
        items = RestoreItem.everywhere.of_run(restore.pk)
        accepted = frozenset((item.pk, code) for item in items for code in item.warnings)
        words = Confirmation(restore.fingerprint, "Contoso", "Measured", accepted)
        return restore, confirm(restore, words, actor=self._person, now=_now()).run

    def _work(self, started: Any) -> None:
        from tenantpilot.operations.models import OperationRun
        from tenantpilot.operations.workers.runner import Runner

        Runner().execute(started.run.pk)
        run = OperationRun.everywhere.get(pk=started.run.pk)
        assert run.outcome == "succeeded", run.failure_summary

    def execute_here(self, run: Any, virtual: VirtualTime) -> tuple[float, float, float]:
        """Return the virtual seconds, this process's peak of memory, and its processor time."""
        import resource

        from tenantpilot.operations.workers.runner import Runner

        virtual.pass_by(READING_SECONDS)
        began, cpu = virtual.seconds, time.process_time()
        Runner().execute(run.pk)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return virtual.seconds - began, peak, time.process_time() - cpu

    def execute_by_worker(self, run: Any) -> tuple[float, float, float]:
        """Return the run's seconds, and the worker's most memory and its processor time."""
        from benchmarks.tenants.measuring import cpu_seconds, megabytes
        from tenantpilot.operations.models import OperationRun

        most, cpu = 0.0, 0.0
        with _worker() as pid:
            while not OperationRun.everywhere.filter(pk=run.pk, status="completed").exists():
                most, cpu = max(most, megabytes([pid])), cpu_seconds([pid])
                time.sleep(0.5)
        ended = OperationRun.everywhere.get(pk=run.pk)
        return (ended.completed_at - ended.started_at).total_seconds(), most, cpu

    def figures(self, restore: Any, seconds: float, megabytes: float, cpu: float) -> Figures:
        from tenantpilot.restores.duration import least_seconds_of
        from tenantpilot.restores.models import RestoreItem

        items = RestoreItem.everywhere.of_run(restore.pk)
        entries = [entry for entry in self._simulator.log if "/oauth2/" not in entry.path]
        asked = [entry for entry in entries if not entry.path.endswith("$batch")]
        return Figures(
            policies=self._policies,
            seconds=seconds,
            announced=least_seconds_of(restore),
            restored=items.filter(state="verified").count(),
            requests=sum(entry.batch is None for entry in entries),
            counted=len(asked),
            writes=sum(entry.method != "GET" for entry in asked),
            throttled=sum(entry.status == 429 for entry in asked),
            megabytes=megabytes,
            cpu_seconds=cpu,
        )


@contextmanager
def _worker() -> Iterator[int]:
    """Run the product's own worker. Yields its process's id."""
    process = subprocess.Popen([sys.executable, "-m", "tenantpilot.cli", "worker"])
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
