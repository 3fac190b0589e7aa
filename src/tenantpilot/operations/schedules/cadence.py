"""Compute when a schedule is due: hourly, daily or weekly on the clock of a time zone.

Days are counted on the wall. A time that the clock jumps over in spring is moved by the width of
the jump (02:30 becomes 03:30); a time that comes twice in autumn counts the first time only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

HOUR = timedelta(hours=1)
DAYS_AHEAD = 15


class Frequency(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""Files beside those of the zones: what a machine has before it is set up, and whatever this one is set to."""


def time_zones() -> list[str]:
    """Return the zones that a schedule may follow, in order: they mean the same on every machine."""
    return sorted(available_timezones() - NO_PLACES)


@dataclass(frozen=True)
class Cadence:
    """`weekdays` are 0 (Monday) to 6 and count for weekly alone; `hour` does not count for hourly."""

    frequency: Frequency
    time_zone: str
    minute: int = 0
    hour: int = 0
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for what no clock shows, and ZoneInfoNotFoundError for an unknown zone."""
        ZoneInfo(self.time_zone)
        time(self.hour, self.minute)
        if self.frequency is Frequency.WEEKLY and not self.weekdays:
            raise ValueError("A weekly schedule needs at least one weekday.")
        if not set(self.weekdays) <= set(range(7)):
            raise ValueError("Weekdays are 0 (Monday) to 6 (Sunday).")

    def next_after(self, moment: datetime) -> datetime:
        """Return the first slot later than `moment`, in UTC, to the minute."""
        slots = self._hours(moment) if self.frequency is Frequency.HOURLY else self._days(moment)
        return next(slot for slot in slots if slot > moment)

    def latest_until(self, first: datetime, until: datetime) -> datetime:
        """Of the slots from `first` on, the last that is not later than `until`; at least `first`."""
        slot = max(first, self._shortly_before(until))
        while (following := self.next_after(slot)) <= until:
            slot = following
        return slot if self.is_slot(slot) else first

    def is_slot(self, moment: datetime) -> bool:
        return self.next_after(moment - timedelta(microseconds=1)) == moment

    def _shortly_before(self, until: datetime) -> datetime:
        """No need to count from a slot that was missed a year ago."""
        steps = 3 * HOUR if self.frequency is Frequency.HOURLY else timedelta(days=DAYS_AHEAD)
        return until - steps

    def _hours(self, moment: datetime) -> Iterator[datetime]:
        zone = ZoneInfo(self.time_zone)
        quarter = timedelta(minutes=15)
        candidate = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
        for _step in range(4 * 5):
            # Offsets of zones are multiples of a quarter of an hour, and can change in between.
            local = candidate.astimezone(zone)
            shift = timedelta(minutes=(self.minute - local.minute) % 60)
            if shift < quarter:
                yield candidate + shift
            candidate += quarter

    def _days(self, moment: datetime) -> Iterator[datetime]:
        today = moment.astimezone(ZoneInfo(self.time_zone)).date()
        for ahead in range(-1, DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            if self.frequency is Frequency.DAILY or day.weekday() in self.weekdays:
                yield self._on(day)

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, time(self.hour, self.minute), ZoneInfo(self.time_zone)).astimezone(UTC)
