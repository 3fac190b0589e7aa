"""OPS-34: slots on the wall clock of a time zone, also on the days when the clock is changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantpilot.operations.schedules.cadence import Cadence, Frequency

BERLIN = "Europe/Berlin"


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slots(cadence, start, number):
    found = [cadence.next_after(utc(start))]
    while len(found) < number:
        found.append(cadence.next_after(found[-1]))
    return [slot.strftime("%m-%d %H:%M") for slot in found]


def test_daily_keeps_its_hour_on_the_wall_when_summer_begins():
    cadence = Cadence(Frequency.DAILY, BERLIN, hour=6)
    assert slots(cadence, "2026-03-27T12:00", 3) == ["03-28 05:00", "03-29 04:00", "03-30 04:00"]


def test_a_time_that_the_clock_jumps_over_is_moved_by_the_jump_and_runs_once():
    cadence = Cadence(Frequency.DAILY, BERLIN, hour=2, minute=30)
    assert slots(cadence, "2026-03-28T12:00", 2) == ["03-29 01:30", "03-30 00:30"]


def test_a_time_that_comes_twice_runs_the_first_time_only():
    cadence = Cadence(Frequency.DAILY, BERLIN, hour=2, minute=30)
    assert slots(cadence, "2026-10-24T12:00", 2) == ["10-25 00:30", "10-26 01:30"]


def test_hourly_runs_every_hour_through_both_changes():
    cadence = Cadence(Frequency.HOURLY, BERLIN, minute=15)
    assert slots(cadence, "2026-10-24T23:20", 4) == ["10-25 00:15", "10-25 01:15", "10-25 02:15", "10-25 03:15"]


def test_hourly_keeps_its_minute_in_a_zone_of_half_hours():
    cadence = Cadence(Frequency.HOURLY, "Asia/Kolkata", minute=10)
    assert slots(cadence, "2026-06-01T12:00", 2) == ["06-01 12:40", "06-01 13:40"]


def test_weekly_runs_on_its_days_alone():
    cadence = Cadence(Frequency.WEEKLY, "UTC", hour=1, weekdays=(0, 4))
    assert slots(cadence, "2026-06-01T02:00", 3) == ["06-05 01:00", "06-08 01:00", "06-12 01:00"]


def test_after_a_long_stop_only_the_latest_missed_slot_is_due():
    cadence = Cadence(Frequency.DAILY, "UTC", hour=6)
    assert cadence.latest_until(utc("2025-06-01T06:00"), utc("2026-06-01T12:00")) == utc("2026-06-01T06:00")


def test_a_slot_that_was_not_missed_is_itself_the_latest():
    cadence = Cadence(Frequency.WEEKLY, "UTC", hour=6, weekdays=(0,))
    assert cadence.latest_until(utc("2026-06-01T06:00"), utc("2026-06-01T06:00")) == utc("2026-06-01T06:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"frequency": Frequency.WEEKLY, "time_zone": "UTC"},
        {"frequency": Frequency.WEEKLY, "time_zone": "UTC", "weekdays": (7,)},
        {"frequency": Frequency.DAILY, "time_zone": "UTC", "hour": 24},
        {"frequency": Frequency.HOURLY, "time_zone": "UTC", "minute": 60},
    ],
)
def test_what_no_clock_shows_is_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        Cadence(**wrong)


ZONES = [
    "UTC",
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Chatham",
    "America/Santiago",
]


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    frequency=st.sampled_from(list(Frequency)),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
    moment=st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_slot_is_later_and_on_its_clock(zone, frequency, hour, minute, weekdays, moment):
    cadence = Cadence(frequency, zone, minute, hour, tuple(weekdays))
    slot = cadence.next_after(moment)
    longest = {Frequency.HOURLY: timedelta(hours=2), Frequency.DAILY: timedelta(hours=26)}
    assert moment < slot <= moment + longest.get(frequency, timedelta(days=7, hours=2))
    assert cadence.is_slot(slot)
    local = slot.astimezone(ZoneInfo(zone))
    if frequency is Frequency.HOURLY:
        assert local.minute == minute
