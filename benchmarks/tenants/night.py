"""Measure one night: python -m benchmarks.tenants.night TENANTS WORKERS RUNS PEOPLE.

A first night makes the rows, the second is measured.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from benchmarks.tenants.installation import installation, person_of
from benchmarks.tenants.measuring import DatabaseWatch, Figures, cpu_seconds, megabytes, percentile, transactions
from benchmarks.tenants.people import People, Seen, cookies_of

LATENCY_MS = 50
IDLE_SECONDS = 15
ONE_TYPE = ("settingsCatalog",)
CROWD, OTHERS = 20, 10
# As `tenantpilot serve` does: where the processors are full, pages go before workers.
BEHIND_PAGES = ("nice", "-n", "10")


def main(tenants: int, workers: int, runs: int, people: int) -> None:
    from intunesim import Simulator, serving

    simulator = Simulator(latency_ms=LATENCY_MS)
    with serving(simulator) as running:
        os.environ |= {"TENANTPILOT_GRAPH_SIMULATOR_URL": running.url, "TENANTPILOT_RUNS_PER_WORKER": str(runs)}
        from tenantpilot.cli.boot import get_django_ready

        get_django_ready()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        places = installation(simulator, tenants)
        figures = _measured(simulator, places, workers, people)
    print(json.dumps(asdict(figures)))


def _measured(simulator: Any, places: list[Any], workers: int, people: int) -> Figures:
    port, persons = _free_port(), [person_of(places[0].workspace, number) for number in range(max(people, 1))]
    with _processes(workers, port if people else None) as pids:
        _night(places, persons[0])
        looking = _people(port, persons, places) if people else None
        idle = _idle(looking) if looking else []
        begun = simulator.log.next_number()
        if looking:
            with looking.looking() as seen:
                figures = _with_pages(_night(places, persons[0], pids), idle, seen)
        else:
            figures = _night(places, persons[0], pids)
        requests = (simulator.log.next_number() - begun - 1) / len(places)
        figures = replace(figures, requests_a_sync=requests, crowd_seconds=_crowd(places))
    return replace(figures, statements_a_sync=_statements(places[0]))


def _people(port: int, persons: list[Any], places: list[Any]) -> People:
    slug = places[len(places) // 2].slug
    pages = [
        ("widget", "/admin/activity/"), ("tenants", "/admin/"), ("operations", "/admin/operations/"),
        ("tenant", f"/admin/t/{slug}/"), ("tenant's operations", f"/admin/t/{slug}/operations/"),
    ]  # fmt: skip
    return People(port, cookies_of(persons), pages)


def _idle(people: People) -> list[float]:
    """Return the milliseconds of pages while no worker works; a first look warms every process up."""
    for seconds in (5, IDLE_SECONDS):
        with people.looking() as seen:
            time.sleep(seconds)
    return seen.all_of_them


def _with_pages(figures: Figures, idle: list[float], seen: Seen) -> Figures:
    return replace(
        figures,
        page_idle_p95=percentile(idle, 0.95),
        page_loaded_p95=percentile(seen.all_of_them, 0.95),
        page_errors=seen.errors,
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _processes(workers: int, port: int | None) -> Iterator[list[int]]:
    """The product's own workers, scheduler and web server. Yields the workers' ids."""
    command = [sys.executable, "-m", "tenantpilot.cli"]
    started = [subprocess.Popen([*BEHIND_PAGES, *command, "worker"]) for _worker in range(workers)]
    pids = [process.pid for process in started]
    started.append(subprocess.Popen([*command, "scheduler"]))
    if port is not None:
        started.append(subprocess.Popen([*command, "web", "--port", str(port)]))
        _wait_for(port)
    try:
        yield pids
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _wait_for(port: int) -> None:
    for _second in range(120):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise SystemExit("The web server did not start.")


def _night(places: list[Any], person: Any, pids: list[int] | None = None) -> Figures:
    from tenantpilot.inventory import policy_types
    from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
    from tenantpilot.inventory.services import start_sync
    from tenantpilot.operations.models import OperationRun, RunEvent
    from tenantpilot.operations.service import OperationRunService

    pids, service, inputs = pids or [], OperationRunService(), SyncInputs(policy_types.chosen(None))
    cpu, committed, begun, first = cpu_seconds(pids), transactions(), time.monotonic(), _newest()
    with DatabaseWatch() as database:
        for tenant in places:
            service.start(INVENTORY_SYNC, tenant=tenant, initiator=None, inputs=inputs, now=_now(), scheduled=True)
        time.sleep(1)
        click = start_sync(tenant=places[-1], initiator=person, now=_now(), policy_types=ONE_TYPE).run
        load = _wait_for_all()
    seconds = time.monotonic() - begun
    night = OperationRun.everywhere.filter(pk__gt=first).exclude(pk=click.pk)
    waits = [_wait_of(run) for run in night]
    click.refresh_from_db()
    return Figures(
        syncs_a_minute=len(waits) / seconds * 60,
        failed=night.exclude(outcome="succeeded").count(),
        wait_p50=percentile(waits, 0.5),
        wait_p95=percentile(waits, 0.95),
        click_seconds=_wait_of(click),
        dispatched_again=RunEvent.objects.filter(name="dispatched_again", run_id__gt=first).count(),
        transactions_a_sync=(transactions() - committed) / len(waits),
        connections=database.most,
        cpu_a_sync=(cpu_seconds(pids) - cpu) / len(waits),
        megabytes_a_worker=megabytes(pids) if pids else 0,
        database_cpu_a_sync=database.cpu_seconds / len(waits),
        load=load,
    )


def _wait_for_all() -> float:
    """Wait until no run is active, and return the highest load of the machine meanwhile."""
    from tenantpilot.operations.models import OperationRun

    load = 0.0
    while OperationRun.everywhere.active().exists():
        load = max(load, os.getloadavg()[0])
        time.sleep(0.5)
    return load


def _crowd(places: list[Any]) -> float:
    """Twenty syncs of one tenant, then one of each of ten others: return the longest wait of these."""
    from tenantpilot.inventory import policy_types
    from tenantpilot.inventory.services import start_sync

    kinds = [kind.key for kind in policy_types.every()]
    for number in range(CROWD):
        start_sync(tenant=places[0], initiator=None, now=_now(), policy_types=[*kinds[number : number + 6]])
    others = [
        start_sync(tenant=tenant, initiator=None, now=_now(), policy_types=ONE_TYPE).run
        for tenant in places[1 : OTHERS + 1]
    ]
    _wait_for_all()
    for run in others:
        run.refresh_from_db()
    return max((_wait_of(run) for run in others), default=0.0)


def _wait_of(run: Any) -> float:
    return float((run.started_at - run.created_at).total_seconds())


def _statements(tenant: Any) -> int:
    """Return the statements of one unchanged sync, worked on in this process; the workers have ended."""
    from benchmarks.tenants.counting import counted_statements
    from tenantpilot.inventory.services import start_sync
    from tenantpilot.operations.workers.runner import Runner

    run = start_sync(tenant=tenant, initiator=None, now=_now()).run
    with counted_statements() as statements:
        Runner().execute(run.pk)
    return statements.number


def _newest() -> int:
    from tenantpilot.operations.models import OperationRun

    return int(OperationRun.everywhere.newest_first().values_list("pk", flat=True).first() or 0)


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
