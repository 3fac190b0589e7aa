"""The distributed engine's queue: procrastinate, on the same PostgreSQL.

A job is inserted by Django's own connection, in the caller's transaction; its commit wakes a worker (LISTEN/NOTIFY).
No lock of procrastinate's is used: a job that a killed worker left would keep it. The run's row is the lock.
"""

from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Now
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from tenantpilot.operations.queues.dispatch import runs_held

TASK = "execute_run"
OVER = ("succeeded", "failed", "cancelled", "aborted")
AT_ONCE = 500
BEATS_EVERY = timedelta(seconds=10)


class ProcrastinateDispatcher:
    """For workers on many machines. Only on PostgreSQL."""

    transactional = True
    worker = "tenantpilot.operations.workers.procrastinate.work"

    def __init__(self) -> None:
        self._jobs = JobManager(DjangoConnector())

    def dispatch(self, run_id: int, *, queue: str, priority: int = 0, not_before: datetime | None = None) -> str:
        deferrer = configure_task(
            name=TASK, job_manager=self._jobs, queue=queue, priority=priority, schedule_at=not_before
        )
        return str(deferrer.defer(run_id=run_id))

    def clear_lost(self, *, older_than: timedelta, now: datetime) -> int:  # noqa: ARG002 the queue has its own
        """Return a killed worker leaves its job `doing`, and itself in the list of workers.

        Their heartbeats carry the database's time, so they are compared with it and not with ours, which may be wrong:
        a worker that is struck off the list by mistake can take no job any more.
        """
        silent_for = max(older_than, 3 * BEATS_EVERY)
        silent = ProcrastinateWorker.objects.filter(last_heartbeat__lt=Now() - silent_for)
        doing = _jobs().filter(status="doing").filter(Q(worker=None) | Q(worker__in=silent))
        runs = dict(doing.values_list("pk", "args__run_id")[:AT_ONCE])
        held = runs_held(list(runs.values()))
        lost = [pk for pk, run_id in runs.items() if run_id not in held]
        cleared = doing.filter(pk__in=lost).update(status="failed")
        silent.exclude(procrastinatejob__status="doing").delete()
        return cleared

    def waiting(self) -> int:
        return _jobs().filter(status="todo").count()

    def in_line(self, *, until: datetime) -> set[int]:
        """A job that a worker does counts until the worker is silent."""
        waiting = Q(status="todo") & (Q(scheduled_at=None) | Q(scheduled_at__lte=until))
        recently_started = Q(status="doing", worker__last_heartbeat__gt=Now() - 3 * BEATS_EVERY)
        return set(_jobs().filter(waiting | recently_started).values_list("args__run_id", flat=True))

    def forget_finished(self, *, before: datetime) -> int:
        over = _jobs().filter(status__in=OVER).annotate(over_at=Max("procrastinateevent__at"))
        old = list(over.filter(over_at__lt=before).values_list("pk", flat=True)[:AT_ONCE])
        _jobs().filter(pk__in=old).delete()
        return len(old)


def _jobs() -> "QuerySet[ProcrastinateJob]":
    """The library's manager refuses to write; a query set of it does not."""
    return ProcrastinateJob.objects.filter(task_name=TASK)
