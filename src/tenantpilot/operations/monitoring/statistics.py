"""Statistics of runs: durations, numbers a day, time left. Every query reads a bounded part."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, Subquery, Value
from django.db.models.functions import Coalesce, TruncDate

from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.tenancy.models import Tenant

NEWEST = 2_000
NEWEST_FOR_DAYS = 20_000
LIKE_AT_LEAST, LIKE_AT_MOST = 8, 200
DONE = (RunOutcome.SUCCEEDED, RunOutcome.PARTIALLY_SUCCEEDED)


@dataclass(frozen=True)
class Durations:
    """Of the newest runs of one type that came to their end: half were faster than `median`, 95 of 100 than `slow`."""

    type: str
    runs: int
    median: timedelta
    slow: timedelta


@dataclass(frozen=True)
class Day:
    """The number of runs that ended on a day (UTC), by outcome; every outcome has its number."""

    day: date
    ended: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.ended.values())


@dataclass(frozen=True)
class TimeLeft:
    """A range, never a moment: eight of ten like runs would end within it."""

    at_least: timedelta
    at_most: timedelta


def durations(tenant: Tenant, *, since: datetime | None = None) -> list[Durations]:
    """By type, most frequent first, of the newest 2,000 runs of the tenant, or those done since then. One query."""
    runs = _of(tenant).completed().filter(started_at__isnull=False, outcome__in=DONE).newest_first()
    seconds_by_type: dict[str, list[float]] = defaultdict(list)
    rows: Any = runs.values_list("type", "started_at", "completed_at")[:NEWEST]
    # Older ones are left out here: the database would look for two thousand newer ones through the whole history.
    for type_key, started_at, completed_at in rows:
        if since is None or completed_at >= since:
            seconds_by_type[type_key].append((completed_at - started_at).total_seconds())
    durations_ = [
        Durations(type_key, len(seconds), _share(seconds, 0.5), _share(seconds, 0.95))
        for type_key, seconds in seconds_by_type.items()
    ]
    return sorted(durations_, key=lambda row: (-row.runs, row.type))


def throughput(tenant: Tenant, *, now: datetime, days: int = 30) -> list[Day]:
    """Return every day up to today, also those without a run, of the newest 20,000 runs of the tenant. One query."""
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    oldest = _of(tenant).newest_first().values("pk")[NEWEST_FOR_DAYS - 1 : NEWEST_FOR_DAYS]
    # Every outcome by name: so it is read from the index of outcomes, without a look at the runs.
    ended = _of(tenant).filter(outcome__in=RunOutcome.values, completed_at__gte=since)
    ended = ended.filter(pk__gte=Coalesce(Subquery(oldest), Value(0)))
    rows = ended.order_by().annotate(day=TruncDate("completed_at", tzinfo=UTC)).values_list("day", "outcome")
    counted: dict[date, Counter[str]] = defaultdict(Counter)
    for day, outcome, count in rows.annotate(count=Count("pk")):
        counted[day][outcome] = count
    every = (first + timedelta(days=ahead) for ahead in range(days))
    return [Day(day, {outcome: counted[day][outcome] for outcome in RunOutcome.values}) for day in every]


def time_left(run: OperationRun, *, now: datetime) -> TimeLeft | None:
    """Return the seconds left, or None without eight like runs or when it takes longer than they did."""
    if run.status != RunStatus.RUNNING or run.started_at is None or run.tenant is None or run.is_set_aside:
        return None
    took = _like(run)
    if len(took) < LIKE_AT_LEAST:
        return None
    elapsed = now - run.started_at
    early, late = _share(took, 0.1), _share(took, 0.9)
    return TimeLeft(max(early - elapsed, timedelta()), late - elapsed) if late > elapsed else None


def _of(tenant: Tenant) -> OperationRunQuerySet:
    return OperationRun.everywhere.of_tenant(tenant)


def _like(run: OperationRun) -> list[float]:
    """Seconds that the same operation took in the same tenant, for about as many items."""
    if run.tenant is None:
        return []
    done = _of(run.tenant).of_type(run.type).filter(outcome__in=DONE, started_at__isnull=False).newest_first()
    rows: Any = done.values_list("started_at", "completed_at", "live__total")[:LIKE_AT_MOST]
    total = getattr(getattr(run, "live", None), "total", None)
    return [(end - start).total_seconds() for start, end, items in rows if _is_about(items, total)]


def _is_about(items: int | None, total: int | None) -> bool:
    """Between half and double; where this run's size is not known yet, every one is like it."""
    return total is None or (items is not None and total <= 2 * items and items <= 2 * total)


def _share(seconds: Iterable[float], share: float) -> timedelta:
    """Return the value that this share of the values does not exceed, by the nearest rank."""
    ranked: Sequence[float] = sorted(seconds)
    return timedelta(seconds=ranked[min(int(share * len(ranked)), len(ranked) - 1)])
