"""The engine in numbers, in Prometheus's words (https://prometheus.io/docs/instrumenting/exposition_formats/).

Everything comes from the database, so that any process answers the same and a restart forgets nothing. What happened
is told for the last hour, as gauges: retention does not bend them, and the cost follows from what happened in that
hour and not from how many runs there are. Events are appended in the order of time, so the hour begins at an id that
a few look-ups by primary key find. Labels are types, outcomes, queues and roles of ours, never a tenant or a person.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, Max, Min, Q, Sum
from django.db.models.expressions import CombinedExpression, F
from django.db.models.lookups import LessThanOrEqual
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric

from tenantpilot.operations.lifecycle.leases import DATABASE_LOST, HANDED_OVER, SET_ASIDE
from tenantpilot.operations.models import OperationRun, OperationRunQuerySet, RunEvent, RunEventQuerySet
from tenantpilot.operations.monitoring.health import Health, processes
from tenantpilot.operations.queues.dispatch import configured_dispatcher
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.isolation import everything

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
WINDOW = timedelta(hours=1)
RUN_SECONDS = (1, 5, 15, 60, 300, 900, 3600)
WAIT_SECONDS = (1, 5, 15, 60, 300, 900)
COUNTED_EVENTS = {
    "taken_over": "Runs that a worker took over from another that was lost or had left.",
    HANDED_OVER: "Runs that a worker handed on in good order because it was asked to end.",
    DATABASE_LOST: "Runs whose worker lost the database and left them to another attempt.",
    SET_ASIDE: "Runs that gave up their worker because nothing could be done for a while.",
    "dispatched_again": "Jobs that were put in line again because the first was lost.",
}
LOST = Q(reason_code="worker_lost")


@everything()
def exposition(*, now: datetime) -> bytes:
    """Return the text of /metrics."""
    registry = CollectorRegistry()
    registry.register(_Fixed([*_present(now), *_past(now)]))
    return generate_latest(registry)


class _Fixed:
    """A collector of what was read already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _present(now: datetime) -> Iterator[Metric]:
    """Yield how it is at this moment; the indexes of active runs answer."""
    yield from _active_runs(now)
    yield _one("tenantpilot_jobs_waiting", "Jobs in line in the queue itself.", configured_dispatcher().waiting())
    expired = OperationRun.everywhere.lease_expired(now=now).under_no_stop().count()
    yield _one("tenantpilot_leases_expired", "Running runs whose worker is silent.", expired)
    alive = GaugeMetricFamily(
        "tenantpilot_processes", "Processes by their last sign of life.", labels=["role", "alive"]
    )
    result = processes(now=now)
    for role in ("worker", "scheduler"):
        states = [process.health is Health.OK for process in result if process.role == role]
        alive.add_metric([role, "yes"], states.count(True))
        alive.add_metric([role, "no"], states.count(False))
    yield alive


def _active_runs(now: datetime) -> Iterator[Metric]:
    active = GaugeMetricFamily("tenantpilot_runs_active", "Runs not ended.", labels=["type", "queue", "status"])
    oldest = GaugeMetricFamily("tenantpilot_oldest_queued_seconds", "Age of the oldest queued run.", labels=["queue"])
    rows = OperationRun.everywhere.active().order_by().values_list("type", "queue", "status")
    for key, queue, status, number in rows.annotate(Count("pk")):
        active.add_metric([key, queue, status], number)
    queued = OperationRun.everywhere.queued().under_no_stop().order_by().values_list("queue")
    for queue, since in queued.annotate(Min("created_at")):
        oldest.add_metric([queue], max((now - since).total_seconds(), 0))
    return iter((active, oldest))


def _past(now: datetime) -> Iterator[Metric]:
    """Yield what happened in the last hour."""
    events = RunEvent.objects.filter(pk__gt=_last_before(now - WINDOW), at__lte=now)
    yield from _events(events)
    # Not a join: SQLite would begin it with the runs, all of them.
    yield from _endings(OperationRun.everywhere.filter(pk__in=events.filter(name="completed").values("run_id")))


def _events(events: RunEventQuerySet) -> Iterator[Metric]:
    numbers = dict(events.filter(name__in=COUNTED_EVENTS).order_by().values_list("name").annotate(Count("pk")))
    for name, meaning in COUNTED_EVENTS.items():
        yield _one(f"tenantpilot_runs_{name}_last_hour", meaning, numbers.get(name, 0))


def _endings(runs: OperationRunQuerySet) -> Iterator[Metric]:
    """By type and outcome: how many, how long they took, how long they had waited before."""
    labels = ["type", "outcome"]
    ended = GaugeMetricFamily("tenantpilot_runs_ended_last_hour", "Runs that ended.", labels=labels)
    lost = GaugeMetricFamily("tenantpilot_runs_lost_last_hour", "Runs ended as worker_lost.", labels=["type"])
    took = GaugeHistogramMetricFamily("tenantpilot_run_seconds_last_hour", "From start to end.", labels=labels)
    waited = GaugeHistogramMetricFamily("tenantpilot_wait_seconds_last_hour", "From asking to start.", labels=["type"])
    for row in _durations(runs):
        names = [row["type"], row["outcome"]]
        ended.add_metric(names, row["number"])
        took.add_metric(names, _buckets(row, "took", RUN_SECONDS), _seconds(row["took_sum"]))
    for row in _waits(runs):
        waited.add_metric([row["type"]], _buckets(row, "wait", WAIT_SECONDS), _seconds(row["wait_sum"]))
    losses = dict(runs.filter(LOST).order_by().values_list("type").annotate(Count("pk")))
    for operation_type in operation_types.all():
        lost.add_metric([operation_type.key], losses.get(operation_type.key, 0))
    return iter((ended, lost, took, waited))


def _durations(runs: OperationRunQuerySet) -> Any:
    took = F("completed_at") - F("started_at")
    return runs.order_by().values("type", "outcome").annotate(**_sums("took", took, RUN_SECONDS))


def _waits(runs: OperationRunQuerySet) -> Any:
    started = runs.filter(started_at__isnull=False).order_by().values("type")
    return started.annotate(**_sums("wait", F("started_at") - F("created_at"), WAIT_SECONDS))


def _sums(name: str, length: CombinedExpression, limits: Iterable[int]) -> dict[str, Any]:
    """Aggregates of one query: a count, a sum, and how many were at most so long."""
    within = {f"{name}_{limit}": Count("pk", filter=_at_most(length, limit)) for limit in limits}
    return {"number": Count("pk"), f"{name}_count": Count(length), f"{name}_sum": Sum(length), **within}


def _at_most(length: CombinedExpression, seconds: int) -> Q:
    return Q(LessThanOrEqual(ExpressionWrapper(length, DurationField()), timedelta(seconds=seconds)))


def _buckets(row: dict[str, Any], name: str, limits: Iterable[int]) -> list[tuple[str, float]]:
    return [*((str(float(limit)), row[f"{name}_{limit}"]) for limit in limits), ("+Inf", row[f"{name}_count"])]


def _seconds(length: timedelta | None) -> float:
    return length.total_seconds() if length else 0.0


def _one(name: str, meaning: str, number: float) -> Metric:
    metric = GaugeMetricFamily(name, meaning)
    metric.add_metric([], number)
    return metric


def _last_before(moment: datetime) -> int:
    """Return the id of the last event before it, by halving: ids and times grow together."""
    # Asked for together with the first, SQLite would read every entry of an index to find the last.
    low, high = 0, RunEvent.objects.aggregate(last=Max("pk"))["last"] or 0
    while low < high:
        middle = (low + high + 1) // 2
        event = RunEvent.objects.filter(pk__gte=middle, pk__lte=high).order_by("pk").values_list("pk", "at").first()
        if event is None or event[1] >= moment:
            high = middle - 1
        else:
            low = event[0]
    return low
