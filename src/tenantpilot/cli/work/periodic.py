"""Duties that are done from time to time. A room that schedules work adds its tick here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from tenantpilot.artifacts.operations import ARTIFACT_PURGE
from tenantpilot.artifacts.uploads import discard_uploads
from tenantpilot.backups.building import abandon_all
from tenantpilot.backups.days import forget_days
from tenantpilot.backups.orphans import drop_all_orphans
from tenantpilot.backups.portable.services import forget_keys
from tenantpilot.backups.retaining.services import start_due
from tenantpilot.cli.work.heartbeat import forget_dead_processes
from tenantpilot.core.planner import refresh_statistics
from tenantpilot.operations.queues.dispatch import configured_dispatcher
from tenantpilot.operations.retention import services as retention
from tenantpilot.operations.schedules import services as schedules
from tenantpilot.operations.service import OperationRunService
from tenantpilot.restores.continuing import look_at_approvals
from tenantpilot.restores.second_person.requests import settle_requests
from tenantpilot.restores.settling import settle_all
from tenantpilot.tenancy import stops
from tenantpilot.versions import services as versions
from tenantpilot.versions.library.removing import discard_abandoned
from tenantpilot.versions.operations import PAYLOAD_SWEEP

log = structlog.get_logger(__name__)

JOBS_KEPT_FOR = timedelta(days=1)
SLOTS_EVERY_SECONDS = 5
RETENTION_EVERY_SECONDS = 300
STATISTICS_EVERY_SECONDS = 3_600
INDEX_FILLS_EVERY_SECONDS = 3_600
RESTORES_EVERY_SECONDS = 30
APPROVALS_EVERY_SECONDS = 60


@dataclass(frozen=True)
class Duty:
    """Harmless when repeated, and safe in several schedulers at once.

    `do` works for a moment and answers True if more is left: it is called again soon, after what else is due.
    """

    name: str
    every_seconds: float
    do: Callable[[datetime], bool | None]


def duties() -> tuple[Duty, ...]:
    return (
        Duty("notice_copy", 60, notice_copy),
        Duty("reconcile", settings.OPERATIONS_RECONCILE_SECONDS, reconcile),
        Duty("fill_slots", SLOTS_EVERY_SECONDS, fill_slots),
        Duty("start_retention", RETENTION_EVERY_SECONDS, start_retention),
        Duty("start_index_fills", INDEX_FILLS_EVERY_SECONDS, start_index_fills),
        Duty("start_purge", RETENTION_EVERY_SECONDS, start_purge),
        Duty("start_sweep", RETENTION_EVERY_SECONDS, start_sweep),
        Duty("abandon_backups", 60, lambda now: _log_number("backup_sets_abandoned", abandon_all(now=now))),
        Duty("drop_backup_orphans", 600, lambda now: _log_number("backup_orphans_dropped", drop_all_orphans(now=now))),
        Duty("forget_backup_days", 3_600, lambda now: _log_number("backup_days_forgotten", forget_days(now=now))),
        Duty("discard_uploads", 60, lambda now: _log_number("uploads_discarded", discard_uploads(now=now))),
        Duty("discard_libraries", 60, lambda now: _log_number("libraries_discarded", discard_abandoned(now=now))),
        Duty("forget_keys", 60, lambda now: _log_number("transfer_keys_forgotten", forget_keys(now=now))),
        Duty(
            "settle_restores", RESTORES_EVERY_SECONDS, lambda now: _log_number("restores_settled", settle_all(now=now))
        ),
        Duty(
            "settle_requests",
            RESTORES_EVERY_SECONDS,
            lambda now: _log_number("requests_settled", settle_requests(now=now)),
        ),
        Duty("look_at_approvals", APPROVALS_EVERY_SECONDS, start_looks),
        Duty("start_backup_retention", 300, lambda now: _log_number("backup_retentions_started", start_due(now=now))),
        Duty("prune_jobs", 600, prune_jobs),
        Duty("refresh_statistics", STATISTICS_EVERY_SECONDS, lambda _now: refresh_statistics()),
        Duty("forget_dead_processes", 300, lambda now: _log_number("processes_forgotten", forget_dead_processes(now))),
    )


def notice_copy(now: datetime) -> None:
    """Stop all work if the database was exchanged for a copy under a process that went on."""
    if stops.notice_copy(now=now):
        log.warning("installation_stopped", reason="copied")


def reconcile(now: datetime) -> None:
    """Settle the runs that nobody else will."""
    settled = OperationRunService().reconcile(now=now)
    if any(vars(settled).values()):
        log.info("reconciled", **vars(settled))


def fill_slots(now: datetime) -> bool:
    """Start some of what schedules want at this minute."""
    ticked = schedules.tick(now=now)
    if any(vars(ticked).values()):
        log.info("slots_filled", **vars(ticked))
    return int(sum(vars(ticked).values())) >= schedules.AT_MOST


def start_retention(now: datetime) -> bool:
    """Start the removal of old runs, once a day in each workspace; some of them at a time."""
    started = retention.start_daily(now=now)
    _log_number("retention_started", started)
    return started >= retention.AT_MOST


def start_index_fills(now: datetime) -> bool:
    """Start the reading of versions into the setting index, where there are some that an older release took."""
    started = versions.start_due_index_fills(now=now)
    _log_number("index_fills_started", started)
    return started >= versions.AT_MOST


def start_purge(now: datetime) -> bool:
    """Start the removal of expired files, once a day in each workspace; some of them at a time."""
    started = retention.start_daily(now=now, operation_type=ARTIFACT_PURGE)
    _log_number("purge_started", started)
    return started >= retention.AT_MOST


def start_sweep(now: datetime) -> bool:
    """Start the removal of payloads that no version needs, once a day in each workspace."""
    started = retention.start_daily(now=now, operation_type=PAYLOAD_SWEEP)
    _log_number("sweep_started", started)
    return started >= retention.AT_MOST


def start_looks(now: datetime) -> None:
    """Look again at restores that wait for the approval of a second administrator, each every five minutes."""
    _log_number("approvals_looked_at", look_at_approvals(now=now))


def prune_jobs(now: datetime) -> bool:
    """Remove some finished rows of the queue: the run's own row tells what happened."""
    pruned = configured_dispatcher().forget_finished(before=now - JOBS_KEPT_FOR)
    _log_number("jobs_pruned", pruned)
    return pruned > 0


def _log_number(event: str, number: int) -> None:
    if number:
        log.info(event, number=number)
