"""Choosing the set that speaks for a tenant: the newest good one that asked for everything, else the widest.

A set that grew old does not hide younger ones: a person may leave a type out of the schedule after a whole backup.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from tenantpilot.backups.models import BackupSetQuerySet
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.states import ChainKind
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.schedules.cadence import Frequency

HOURS = {Frequency.HOURLY.value: 1, Frequency.DAILY.value: 24, Frequency.WEEKLY.value: 168}
UNSCHEDULED_HOURS = 168
"""So old a set may be where nothing is scheduled."""
EVERYTHING = 1_000_000


class ArrayLength(Func):
    """The number of elements of a JSON array."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_ARRAY_LENGTH", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH", **context)


def active_schedules() -> QuerySet[Schedule]:
    """Return the backup schedules that are not paused."""
    return Schedule.everywhere.filter(type=BACKUP_SCHEDULE_RUN.key, paused_at=None)


def widest_first(sets: BackupSetQuerySet, *, now: datetime) -> BackupSetQuerySet:
    """Order good sets: young ones first, of these the widest, of these the newest."""
    is_by_type = Q(asked__policies=None) | Q(asked__policies__isnull=True)
    width = Case(
        When(is_by_type & Q(asked__left_out=[]), then=Value(EVERYTHING)),
        When(is_by_type, then=Coalesce(ArrayLength(F("asked__policy_types")), 0)),
        default=Value(0),
    )
    is_young = Case(When(_is_young(now), then=Value(1)), default=Value(0))
    return sets.order_by(is_young.desc(), width.desc(), "-created_at", "-pk")


def _is_young(now: datetime) -> Q:
    """A set made by hand is young for as long as it would not be overdue; one of a schedule for two weeks."""
    frequent = active_schedules().filter(tenant=OuterRef("tenant"), frequency__in=["hourly", "daily"])
    week = now - timedelta(hours=UNSCHEDULED_HOURS)
    return (
        Q(created_at__gte=now - timedelta(days=2))
        | Q(chain__kind=ChainKind.SCHEDULED, created_at__gte=now - timedelta(days=14))
        | Q(~Exists(frequent), created_at__gte=week)
    )
