"""Putting a run's job in line. The queue is only a wake-up: the run's row is the truth."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from tenantpilot.core.fast_insert import Insert
from tenantpilot.operations.lifecycle.leases import lease_time


class Dispatcher(Protocol):
    """A queue, as the engine uses it."""

    transactional: bool
    """The job is enqueued in the caller's transaction, so that run and job commit together."""

    worker: str
    """Dotted path of the function that a worker process of this queue runs; see `workers.running`."""

    def dispatch(self, run_id: int, *, queue: str, priority: int = 0, not_before: datetime | None = None) -> str:
        """Enqueue `execute_run(run_id)`; answers the job's id. Raises whatever the queue raises."""
        ...

    def clear_lost(self, *, older_than: timedelta, now: datetime) -> int:
        """Settle the queue's own rows of jobs whose worker died; answers how many. Never touches a run."""
        ...

    def waiting(self) -> int:
        """Jobs in line."""
        ...

    def in_line(self, *, until: datetime) -> set[int]:
        """Return the runs whose job is there: in line and due until then, or with a worker that is alive."""
        ...

    def forget_finished(self, *, before: datetime) -> int:
        """Remove some of the queue's own rows of jobs that were over by then; answers how many. 0: none is left."""
        ...


class DatabaseDispatcher:
    """django-tasks-db: the embedded queue, on SQLite and on PostgreSQL."""

    transactional = True
    worker = "tenantpilot.operations.workers.database.work"

    def dispatch(self, run_id: int, *, queue: str, priority: int = 0, not_before: datetime | None = None) -> str:
        """Insert the row that `execute_run.enqueue` would, in one statement. A test holds both rows equal."""
        from django_tasks_db.models import get_date_max

        key = uuid4()
        _queue_insert()(
            id=key,
            enqueued_at=timezone.now(),
            args_kwargs={"args": [run_id], "kwargs": {}},
            priority=priority,
            task_path="tenantpilot.operations.workers.tasks.execute_run",
            queue_name=queue,
            backend_name="default",
            run_after=not_before or get_date_max(),
            exception_class_path="",
            traceback="",
        )
        return str(key)

    def clear_lost(self, *, older_than: timedelta, now: datetime) -> int:
        """Return a killed worker leaves its job RUNNING for ever."""
        from django_tasks_db.models import DBTaskResult

        silent = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=now - older_than)
        jobs = {job.pk: job.args_kwargs["args"][0] for job in silent[:500] if job.args_kwargs.get("args")}
        held = runs_held(list(jobs.values()))
        lost = [pk for pk, run_id in jobs.items() if run_id not in held]
        with transaction.atomic():
            return int(silent.filter(pk__in=lost).update(status="FAILED", finished_at=now))

    def waiting(self) -> int:
        from django_tasks_db.models import DBTaskResult

        return int(DBTaskResult.objects.filter(status="READY").count())

    def in_line(self, *, until: datetime) -> set[int]:
        """A job that was taken counts for a lease: by then its worker has claimed the run, or is lost.

        One that was taken at a time that is still to come does not count: a clock is wrong, and its worker may be dead.
        """
        from django_tasks_db.models import DBTaskResult, get_date_max

        waiting = Q(status="READY") & (Q(run_after=get_date_max()) | Q(run_after__lte=until))
        now = timezone.now()
        recently_started = Q(status="RUNNING", started_at__gt=now - lease_time(), started_at__lte=now + lease_time())
        return set(
            DBTaskResult.objects.filter(waiting | recently_started).values_list("args_kwargs__args__0", flat=True)
        )

    def forget_finished(self, *, before: datetime) -> int:
        from django_tasks_db.models import DBTaskResult

        over = DBTaskResult.objects.finished().filter(finished_at__lt=before)
        return int(DBTaskResult.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:500])).delete()[0])


@cache
def _queue_insert() -> Insert:
    from django_tasks_db.models import DBTaskResult

    return Insert(DBTaskResult)


def runs_held(run_ids: list[Any]) -> set[int]:
    """Return those that a worker holds, as far as anybody knows: their jobs are not lost."""
    from tenantpilot.operations.models import OperationRun

    held = OperationRun.everywhere.running().filter(pk__in=run_ids).exclude(lease_owner="")
    return set(held.values_list("pk", flat=True))


@cache
def _dispatcher(path: str) -> Dispatcher:
    dispatcher: Dispatcher = import_string(path)()
    return dispatcher


def configured_dispatcher() -> Dispatcher:
    """Return the one that the settings name."""
    return _dispatcher(settings.OPERATIONS_DISPATCHER)
