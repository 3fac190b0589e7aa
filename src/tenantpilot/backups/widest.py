"""Choosing the set that speaks for a tenant: the newest good one that asked for everything, else the widest.

The width follows from what was asked, which never changes, so it is kept with the set when it is opened.

A set that grew old does not hide younger ones: a person may leave a type out of the schedule after a whole backup.
"""

from datetime import datetime, timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from tenantpilot.backups.models import BackupSetQuerySet
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.states import ChainKind
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.schedules.cadence import Frequency

HOURS = {Frequency.HOURLY.value: 1, Frequency.DAILY.value: 24, Frequency.WEEKLY.value: 168}
UNSCHEDULED_HOURS = 168
"""The greatest age of a recent set where nothing is scheduled."""


def active_schedules() -> QuerySet[Schedule]:
    """Return the backup schedules that are not paused."""
    return Schedule.everywhere.filter(type=BACKUP_SCHEDULE_RUN.key, paused_at=None)


def widest_first(sets: BackupSetQuerySet, *, now: datetime) -> BackupSetQuerySet:
    """Order good sets: young ones first, of these the widest, of these the newest."""
    is_young = Case(When(_is_young(now), then=Value(1)), default=Value(0))
    return sets.order_by(is_young.desc(), F("width").desc(nulls_last=True), "-created_at", "-pk")


def _is_young(now: datetime) -> Q:
    """A set made by hand is young for as long as it would not be overdue; one of a schedule for two weeks."""
    frequent = active_schedules().filter(tenant=OuterRef("tenant"), frequency__in=["hourly", "daily"])
    week = now - timedelta(hours=UNSCHEDULED_HOURS)
    return (
        Q(created_at__gte=now - timedelta(days=2))
        | Q(chain__kind=ChainKind.SCHEDULED, created_at__gte=now - timedelta(days=14))
        | Q(~Exists(frequent), created_at__gte=week)
    )
