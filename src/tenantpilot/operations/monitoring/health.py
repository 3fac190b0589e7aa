"""The health of the deployment: database, queue, workers, schedulers. It names no tenant (SEC-01)."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from tenantpilot.operations.models import OperationRun, ProcessHeartbeat
from tenantpilot.operations.queues.dispatch import configured_dispatcher

SILENT_AFTER_BEATS = 3
SLOW_DATABASE_SECONDS = 0.25
LONG_WAIT = timedelta(minutes=5)


class Health(StrEnum):
    """Values of the `health` badge."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True)
class Process:
    """A worker or scheduler, as of its last sign of life."""

    name: str
    role: str
    queues: str
    started_at: datetime
    seen_at: datetime
    health: Health
    places: int = 1


@dataclass(frozen=True)
class DatabaseHealth:
    health: Health
    engine: str
    version: str
    answer_seconds: float | None


@dataclass(frozen=True)
class QueueHealth:
    """`jobs` waits in the queue itself; runs are what people wait for."""

    health: Health
    dispatcher: str
    jobs: int
    queued_runs: int
    running_runs: int
    silent_runs: int
    oldest_queued_at: datetime | None


def database_health() -> DatabaseHealth:
    """Asks one trivial question and takes the time."""
    begun = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
            version = str(cursor.fetchone()[0])
    except (DatabaseError, InterfaceError):
        return DatabaseHealth(Health.DOWN, connection.display_name, "", None)
    seconds = time.perf_counter() - begun
    health = Health.OK if seconds < SLOW_DATABASE_SECONDS else Health.DEGRADED
    return DatabaseHealth(health, connection.display_name, version, seconds)


def queue_health(*, now: datetime) -> QueueHealth:
    """Degraded when somebody waits for long or a worker went silent in the middle of a run.

    A run under a stop waits for the person who ends the stop.
    """
    waiting = OperationRun.everywhere.queued().under_no_stop()
    oldest = waiting.oldest_first().values_list("created_at", flat=True).first()
    silent = OperationRun.everywhere.lease_expired(now=now).under_no_stop().count()
    is_late = oldest is not None and now - oldest > LONG_WAIT
    return QueueHealth(
        health=Health.DEGRADED if silent or is_late else Health.OK,
        dispatcher=settings.OPERATIONS_DISPATCHER.rpartition(".")[2],
        jobs=configured_dispatcher().waiting(),
        queued_runs=OperationRun.everywhere.queued().count(),
        running_runs=OperationRun.everywhere.running().count(),
        silent_runs=silent,
        oldest_queued_at=oldest,
    )


def processes(*, now: datetime) -> list[Process]:
    """Return every process that has not been forgotten, by role and name."""
    silent_since = now - timedelta(seconds=settings.OPERATIONS_HEARTBEAT_SECONDS * SILENT_AFTER_BEATS)
    rows = ProcessHeartbeat.objects.order_by("role", "name")
    return [
        Process(
            row.name, row.role, row.queues, row.started_at, row.seen_at, _alive(row.seen_at, silent_since), row.places
        )
        for row in rows
    ]


def health_of(results: list[Process], role: str) -> Health:
    """Of all processes of a role: one that lives is enough to work, a silent one is worth a look."""
    states = {process.health for process in results if process.role == role}
    if Health.OK not in states:
        return Health.DOWN
    return Health.DEGRADED if Health.DOWN in states else Health.OK


def _alive(seen_at: datetime, silent_since: datetime) -> Health:
    return Health.OK if seen_at >= silent_since else Health.DOWN
