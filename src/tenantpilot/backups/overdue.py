"""The backups of schedules: the newest set of each, and whether a good one is overdue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from tenantpilot.backups.models import BackupChain, BackupSet
from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.widest import HOURS, UNSCHEDULED_HOURS
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.schedules.cadence import Cadence

LOOKS_BACK = timedelta(days=8)
"""Every schedule has a slot within this time, whatever its weekdays."""
LEAST_BY_HAND = timedelta(days=2)
"""A set made by hand is recent for this long: an hourly schedule does not make it old after two hours."""


@dataclass(frozen=True)
class BackupsOfSchedule:
    """The newest set that a slot or a person started, and whether there is no good set for twice the interval.

    `view_name` is that of the saved view that chooses the policies, if one does.
    """

    newest: BackupSet | None
    is_overdue: bool
    view_name: str = ""


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
    backups = {}
    for schedule in making:
        newest, good_at = by_schedule.get(schedule.pk, (None, None))
        view_name = str(schedule.inputs.get("view_name", ""))
        backups[schedule.pk] = BackupsOfSchedule(
            newest_of.get(newest), is_overdue(schedule, good_at, now=now), view_name
        )
    return backups


def is_overdue(schedule: Schedule, last_good_at: datetime | None, *, now: datetime) -> bool:
    """Return True if there was no good set for twice the interval; a paused schedule is never overdue."""
    return schedule.paused_at is None and now > good_until(schedule, last_good_at)


def good_until(schedule: Schedule, last_good_at: datetime | None) -> datetime:
    """Return until when this good set is recent enough: for as long as from its slot to the second one after it.

    So a day on which the clocks change counts as one, and a weekend on which nothing is due is no delay. Without a good
    set it counts from the first slot, and after a pause from the first slot behind it.
    """
    try:
        return _twice_the_interval(schedule.cadence, _since(schedule, schedule.cadence, last_good_at))
    except Exception:
        # The time cannot be read on this machine: the schedule is broken, and overdue like any other.
        since = last_good_at or schedule.created_at
        return since + 2 * timedelta(hours=HOURS.get(schedule.frequency, UNSCHEDULED_HOURS))


def recent_until(last_good_at: datetime, own: Schedule | None, active: Iterable[Schedule]) -> datetime | None:
    """Return until when a tenant's last good set is recent enough; None where nothing is scheduled.

    `own` is the active schedule that made the set. Where there is none, the active schedule that is due first counts.
    """
    if own is not None:
        return good_until(own, last_good_at)
    least = last_good_at + LEAST_BY_HAND
    return min((max(good_until(schedule, last_good_at), least) for schedule in active), default=None)


def _since(schedule: Schedule, cadence: Cadence, last_good_at: datetime | None) -> datetime:
    since = last_good_at or cadence.next_after(schedule.created_at)
    if schedule.resumed_at is None:
        return since
    return max(since, cadence.next_after(schedule.resumed_at))


def _twice_the_interval(cadence: Cadence, since: datetime) -> datetime:
    slot = cadence.latest_until(cadence.next_after(since - LOOKS_BACK), since)
    return since + (cadence.next_after(cadence.next_after(slot)) - slot)
