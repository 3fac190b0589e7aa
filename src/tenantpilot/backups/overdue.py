"""The backups of schedules: the newest set of each, and whether a good one is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from tenantpilot.backups.models import BackupChain, BackupSet
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.widest import HOURS, UNSCHEDULED_HOURS
from tenantpilot.operations.models import Schedule


@dataclass(frozen=True)
class BackupsOfSchedule:
    """The newest set that a slot or a person started, and whether there is no good set for twice the interval."""

    newest: BackupSet | None
    is_overdue: bool


def backups_of(schedules: Sequence[Schedule], *, now: datetime) -> dict[int, BackupsOfSchedule]:
    """Return the backups of the schedules that make some, by schedule. Two queries, however many there are."""
    making = [schedule for schedule in schedules if schedule.type == BACKUP_SCHEDULE_RUN.key]
    sets = BackupSet.everywhere.filter(chain=OuterRef("pk"))
    chains = BackupChain.everywhere.filter(schedule__in=making).annotate(
        newest=Subquery(sets.order_by("-seq").values("pk")[:1]),
        good_at=Subquery(sets.good().order_by("-seq").values("created_at")[:1]),
    )
    rows = chains.values_list("schedule", "newest", "good_at")
    by_schedule = {schedule: (newest, good_at) for schedule, newest, good_at in rows}
    newest_of = BackupSet.everywhere.defer("asked", "by_type", "faults").in_bulk(
        [newest for newest, _good_at in by_schedule.values() if newest]
    )
    found = {}
    for schedule in making:
        newest, good_at = by_schedule.get(schedule.pk, (None, None))
        found[schedule.pk] = BackupsOfSchedule(newest_of.get(newest), is_overdue(schedule, good_at, now=now))
    return found


def is_overdue(schedule: Schedule, last_good_at: datetime | None, *, now: datetime) -> bool:
    """Return True if there was no good set for twice the interval; a paused schedule is never overdue."""
    if schedule.paused_at is not None:
        return False
    allowed = 2 * timedelta(hours=HOURS.get(schedule.frequency, UNSCHEDULED_HOURS))
    return now - (last_good_at or _first_slot(schedule)) > allowed


def _first_slot(schedule: Schedule) -> datetime:
    """Return the first slot; of a schedule whose time cannot be read, when it was made."""
    try:
        return schedule.cadence.next_after(schedule.created_at)
    except Exception:
        return schedule.created_at
