"""Every dispatcher that this database offers, on a database of the test's own: jobs are seen once committed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from tenantpilot.config.settings import ENGINES
from tenantpilot.operations.lifecycle.silence import Watch
from tenantpilot.operations.models import OperationRun, RunEvent
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import OperationType, operation_types
from tenantpilot.operations.workers.database import GracefulWorker
from tenantpilot.operations.workers.departure import Departure
from tests.databases import IS_POSTGRESQL
from tests.operations.dispatching.handlers import INTERACTIVE, KINDS, StepInputs
from tests.operations.dispatching.processes import WorkerProcesses
from tests.operations.kit import Line

ON_EITHER = pytest.param("database", marks=pytest.mark.twice) if IS_POSTGRESQL else "database"
ON_POSTGRESQL = [name for name in ENGINES if name != "database"] if IS_POSTGRESQL else []


@pytest.fixture(params=[ON_EITHER, *ON_POSTGRESQL])
def engine_name(request):
    return request.param


@pytest.fixture
def dispatcher(engine_name, own_database, monkeypatch):
    for kind in KINDS:
        monkeypatch.setitem(operation_types._types, kind.key, kind)
    return import_string(ENGINES[engine_name])()


@pytest.fixture
def service(dispatcher):
    return OperationRunService(dispatcher, Watch(hurried))


def hurried() -> float:
    """For a reconciler of the test's own: a lease of a minute is over in 0.3 seconds. No worker lives by it."""
    return time.monotonic() * 200


@pytest.fixture
def start(service, contoso) -> Callable[..., OperationRun]:
    """A run that is in line; `kind` and inputs say what it does."""

    def start(kind: OperationType[StepInputs] = INTERACTIVE, **inputs) -> OperationRun:
        return service.start(kind, tenant=contoso, initiator=None, inputs=StepInputs(**inputs), now=timezone.now()).run

    return start


@pytest.fixture
def overlooked(dispatcher, contoso) -> Callable[..., OperationRun]:
    """A run whose job the queue has lost, so that a test can put one in line itself."""

    def start(kind: OperationType[StepInputs] = INTERACTIVE, **inputs) -> OperationRun:
        lost = OperationRunService(Line())
        return lost.start(kind, tenant=contoso, initiator=None, inputs=StepInputs(**inputs), now=timezone.now()).run

    return start


@pytest.fixture
def drain(engine_name) -> Callable[..., None]:
    """Let a worker of this process take all that is due."""
    return {"database": _drain_database, "procrastinate": _drain_procrastinate}[engine_name]


@pytest.fixture
def processes(own_database, engine_name):
    """Real worker processes, which do not outlive the test."""
    with WorkerProcesses({**own_database.environment, "TENANTPILOT_ENGINE": engine_name}) as started:
        yield started


def executed() -> list[int]:
    """Runs in the order in which workers began them."""
    return list(RunEvent.objects.filter(name="started").in_order().values_list("run_id", flat=True))


def _drain_database(*queues: str) -> None:
    worker = GracefulWorker(queues or ("interactive", "bulk"), name="test", leaving=Departure(), grace_seconds=1)
    worker.batch = True
    worker.run()


def _drain_procrastinate(*queues: str) -> None:
    asyncio.run(_procrastinate_until_empty(queues or ("interactive", "bulk")))


async def _procrastinate_until_empty(queues: Sequence[str]) -> None:
    from tenantpilot.operations.workers.procrastinate import worker_of

    async with worker_of(queues, name="test") as worker:
        worker.wait = False
        await worker.run()


@pytest.fixture
def put_in_line_by_the_last_release(engine_name) -> Callable[[OperationRun], None]:
    """Write the queue's row of a run as the last release wrote it, by its very text."""
    row = {"database": ROW_OF_LAST_RELEASE, "procrastinate": JOB_OF_LAST_RELEASE}[engine_name]

    def put(run: OperationRun) -> None:
        with connection.cursor() as cursor:
            cursor.execute(row % {"run": run.pk, "key": uuid4().hex})

    return put


ROW_OF_LAST_RELEASE = """
    INSERT INTO django_tasks_database_dbtaskresult (id,
        status, enqueued_at, args_kwargs, priority, task_path, worker_ids,
        queue_name, backend_name, run_after, exception_class_path, traceback)
    VALUES ('%(key)s', 'READY', CURRENT_TIMESTAMP, '{"args": [%(run)s], "kwargs": {}}', 0,
        'tenantpilot.operations.tasks.execute_run', '[]', 'interactive', 'default', '9999-01-01 00:00:00', '', '')
"""
JOB_OF_LAST_RELEASE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
    VALUES ('interactive', 'execute_run', 0, '{"run_id": %(run)s}')
"""
