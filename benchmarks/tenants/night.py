"""Measure one night: python -m benchmarks.tenants.night TENANTS WORKERS RUNS. The first of two makes the rows."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from benchmarks.tenants.measuring import Figures, MostConnections, cpu_seconds, megabytes, percentile, transactions

POLICIES, LATENCY_MS = 60, 50
ONE_TYPE = ("settingsCatalog",)


def main(tenants: int, workers: int, runs: int) -> None:
    from intunesim import Simulator, serving

    simulator = Simulator(latency_ms=LATENCY_MS)
    with serving(simulator) as running:
        os.environ |= {"TENANTPILOT_GRAPH_SIMULATOR_URL": running.url, "TENANTPILOT_RUNS_PER_WORKER": str(runs)}
        from tenantpilot.cli.boot import get_django_ready

        get_django_ready()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        places, person = _installation(simulator, tenants)
        with _processes(workers) as pids:
            _night(places, person)
            figures = _night(places, person, pids)
    print(json.dumps(asdict(figures)))


def _installation(simulator: Any, number: int) -> tuple[list[Any], Any]:
    """Return the tenants, each with a directory of its own at the simulator, and a person who may click."""
    from django.utils import timezone
    from intunesim import Plan, generate

    from tenantpilot.tenancy import services as tenancy
    from tenantpilot.tenancy.credentials import store_credential
    from tenantpilot.tenancy.models import Tenant, User

    now = timezone.now()
    workspace = tenancy.create_workspace(slug="bench", name="Bench", actor=None, now=now)
    person = User.objects.create(email="bench@example.com", display_name="Bench")
    places = []
    for index in range(number):
        entra_tenant_id = uuid4()
        directory = simulator.add_tenant(f"Tenant {index}", tenant_id=str(entra_tenant_id))
        generate(directory, Plan(policies=POLICIES, seed=index), now=simulator.clock.now())
        tenant = Tenant.everywhere.create(
            workspace=workspace,
            slug=f"t{index}",
            name=f"Tenant {index}",
            entra_tenant_id=entra_tenant_id,
            created_at=now,
        )
        application = directory.application
        store_credential(
            tenant=tenant, kind="secret", client_id=UUID(application.client_id), secret=application.secrets[0].value,
            expires_at=None, actor=None, now=now,
        )  # fmt: skip
        places.append(tenant)
    return places, person


@contextmanager
def _processes(workers: int) -> Iterator[list[int]]:
    """The product's own workers and scheduler. Yields the workers' ids."""
    command = [sys.executable, "-m", "tenantpilot.cli"]
    started = [subprocess.Popen([*command, role]) for role in ("scheduler", *["worker"] * workers)]
    try:
        yield [process.pid for process in started[1:]]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _night(places: list[Any], person: Any, pids: list[int] | None = None) -> Figures:
    from tenantpilot.inventory import policy_types
    from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
    from tenantpilot.inventory.services import start_sync
    from tenantpilot.operations.models import OperationRun, RunEvent
    from tenantpilot.operations.service import OperationRunService

    pids, service, inputs = pids or [], OperationRunService(), SyncInputs(policy_types.chosen(None))
    cpu, committed, begun, first = cpu_seconds(pids), transactions(), time.monotonic(), _newest()
    with MostConnections() as connections:
        for tenant in places:
            service.start(INVENTORY_SYNC, tenant=tenant, initiator=None, inputs=inputs, now=_now(), scheduled=True)
        time.sleep(1)
        click = start_sync(tenant=places[-1], initiator=person, now=_now(), policy_types=ONE_TYPE).run
        while OperationRun.everywhere.active().exists():
            time.sleep(0.2)
    seconds = time.monotonic() - begun
    night = OperationRun.everywhere.filter(pk__gt=first).exclude(pk=click.pk)
    waits = [(run.started_at - run.created_at).total_seconds() for run in night]
    click.refresh_from_db()
    return Figures(
        syncs_a_minute=len(waits) / seconds * 60,
        failed=night.exclude(outcome="succeeded").count(),
        wait_p50=percentile(waits, 0.5),
        wait_p95=percentile(waits, 0.95),
        click_seconds=(click.started_at - click.created_at).total_seconds(),
        dispatched_again=RunEvent.objects.filter(name="dispatched_again", run_id__gt=first).count(),
        transactions_a_sync=(transactions() - committed) / len(waits),
        connections=connections.most,
        cpu_a_sync=(cpu_seconds(pids) - cpu) / len(waits),
        megabytes_a_worker=megabytes(pids) if pids else 0,
    )


def _newest() -> int:
    from tenantpilot.operations.models import OperationRun

    return int(OperationRun.everywhere.newest_first().values_list("pk", flat=True).first() or 0)


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
