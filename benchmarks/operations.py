"""The engine: a start against a bare insert, a whole life against the queue's bare no-op; on both databases.

Both sides are measured in turns, in one process, on the same file or server, each with its own commits.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from statistics import median
from typing import Any
from uuid import uuid4

from benchmarks.table import Row

ROUNDS, EACH = 30, 10
JOBS = 150


def rows() -> list[Row]:
    """On SQLite, and on PostgreSQL where one is found."""
    from tests.servers import find_postgresql

    found = _measured("SQLite", {})
    server = find_postgresql()
    if server is not None:
        try:
            with _database_of(server.url) as url:
                found += _measured("PostgreSQL", {"TENANTPILOT_DATABASE_URL": url})
        finally:
            server.stop()
    return found


@contextmanager
def _database_of(server: str) -> Any:
    import psycopg

    name = f"tp_bench_{uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _measured(engine: str, environment: dict[str, str]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        defaults = {
            "DJANGO_SETTINGS_MODULE": "tenantpilot.config.settings",
            "TENANTPILOT_DATA_DIR": folder,
            "TENANTPILOT_LOG_LEVEL": "ERROR",
            "TENANTPILOT_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        }
        command = [sys.executable, "-m", "benchmarks.operations", engine]
        done = subprocess.run(
            command, env=os.environ | defaults | environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]


def _main(engine: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps([_start(engine).__dict__, _lifecycle(engine).__dict__]))


def _start(engine: str) -> Row:
    """Run, job, event and audit entry in one commit, against one row of the same width without any guard."""
    from tenantpilot.operations.service import OperationRunService

    tenant, person = _people()
    service, bare = OperationRunService(), _bare_insert()
    numbers = iter(range(10**9))
    start = _starter(service, tenant, person, numbers)
    one, other = _in_turns(start, bare)
    return Row(
        f"start of a run, {engine}",
        "bare insert with commit",
        one / other,
        "≤ 3",
        f"{one * 1e3:.2f} ms to {other * 1e3:.2f} ms",
    )


def _lifecycle(engine: str) -> Row:
    """Jobs a second of one worker: claim to finish of an empty operation, against a task that does nothing."""
    from benchmarks.noop import noop
    from tenantpilot.operations.service import OperationRunService

    tenant, person = _people()
    start = _starter(OperationRunService(), tenant, person, iter(range(10**9)))
    _drain()
    rates: dict[str, list[float]] = {"run": [], "noop": []}
    for _round in range(3):
        for _job in range(JOBS):
            start()
        rates["run"].append(JOBS / _drain())
        for number in range(JOBS):
            noop.enqueue(number)
        rates["noop"].append(JOBS / _drain())
    one, other = median(rates["run"]), median(rates["noop"])
    return Row(
        f"claim to finish, one worker, {engine}",
        "the queue's bare no-op",
        one / other,
        "≥ 0.5",
        f"{one:.0f}/s to {other:.0f}/s",
    )


def _starter(service: Any, tenant: Any, person: Any, numbers: Any) -> Callable[[], None]:
    from django.utils import timezone

    from benchmarks.noop import EMPTY, NumberInputs
    from tenantpilot.operations.types import operation_types

    operation_types.register(EMPTY)
    salt = uuid4().hex

    def start() -> None:
        inputs = NumberInputs(f"{salt}-{next(numbers)}")
        service.start(EMPTY, tenant=tenant, initiator=person, inputs=inputs, now=timezone.now())

    return start


def _drain() -> float:
    """Seconds that one worker of the embedded queue takes to empty the line."""
    from django_tasks_db.management.commands.db_worker import Worker

    worker = Worker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id=uuid4().hex, excluded_queue_names=[],
    )  # fmt: skip
    began = time.perf_counter()
    worker.run()
    return time.perf_counter() - began


def _bare_insert() -> Callable[[], None]:
    """One row of a run's width in a table without constraints, triggers or indexes, through the ORM."""
    from django.db import connection, models
    from django.utils import timezone

    class BareRow(models.Model):
        workspace = models.BigIntegerField()
        tenant = models.BigIntegerField()
        initiator = models.BigIntegerField()
        type = models.TextField()
        status = models.TextField()
        identity = models.TextField()
        inputs = models.TextField()
        created_at = models.DateTimeField()
        context = models.TextField()

        class Meta:
            app_label = "benchmarks"
            db_table = "bench_bare_rows"

        def __str__(self) -> str:
            return str(self.pk)

    with connection.schema_editor() as editor:
        editor.create_model(BareRow)

    def insert() -> None:
        BareRow(
            workspace=1, tenant=1, initiator=1, type="bench_empty", status="queued", identity="a" * 64, inputs="{}",
            created_at=timezone.now(), context="{}",
        ).save(force_insert=True)  # fmt: skip

    return insert


def _in_turns(one: Callable[[], None], other: Callable[[], None]) -> tuple[float, float]:
    """Median seconds of a single call of each."""
    one(), other()
    taken: tuple[list[float], list[float]] = ([], [])
    for _round in range(ROUNDS):
        for place, what in enumerate((one, other)):
            for _each in range(EACH):
                began = time.perf_counter()
                what()
                taken[place].append(time.perf_counter() - began)
    return median(taken[0]), median(taken[1])


def _people() -> tuple[Any, Any]:
    from tenantpilot.tenancy.models import Tenant, User, Workspace

    workspace, _made = Workspace.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    tenant, _made = Tenant.everywhere.get_or_create(
        slug="bench", defaults={"workspace": workspace, "name": "Bench", "entra_tenant_id": uuid4()}
    )
    person = User.objects.filter(email="bench@example.com").first() or User.objects.create_user("bench@example.com")
    return tenant, person


if __name__ == "__main__":
    _main(sys.argv[1])
