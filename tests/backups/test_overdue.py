"""A schedule is overdue when there was no good set for twice its interval, on its own clock."""

from datetime import UTC, datetime, timedelta

import pytest

from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.backups.overdue import backups_of, good_until, is_overdue, recent_until
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.schedules.services import pause, resume
from tests.backups.kit import damaged, finished_set, new_chain

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
MADE = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
DAILY = {"frequency": "daily", "hour": 2, "minute": 30}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def schedule(contoso, alice):
    def make(**facts):
        stored = {"time_zone": "UTC", "name": f"S{Schedule.everywhere.count()}", "next_slot_at": MADE, **facts}
        return Schedule.everywhere.create(
            workspace=contoso.workspace, tenant=contoso, type=BACKUP_SCHEDULE_RUN.key, created_by=alice,
            created_at=MADE, **stored,
        )  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("cadence", "last_good", "until"),
    [
        ({"frequency": "hourly", "minute": 10}, "2026-03-10T08:10", "2026-03-10T10:10"),
        ({"frequency": "hourly", "minute": 10}, "2026-03-10T08:40", "2026-03-10T10:40"),
        (DAILY, "2026-03-10T02:31", "2026-03-12T02:31"),
        # The night of the 29th of March has 23 hours in Berlin, that of the 25th of October 25.
        ({**DAILY, "hour": 4, "time_zone": "Europe/Berlin"}, "2026-03-28T03:30", "2026-03-30T02:30"),
        ({**DAILY, "hour": 4, "time_zone": "Europe/Berlin"}, "2026-10-24T02:30", "2026-10-26T03:30"),
        ({**DAILY, "frequency": "weekly", "weekdays": [6]}, "2026-03-08T02:30", "2026-03-22T02:30"),
        # From Friday the second slot is on Tuesday, from Monday on Wednesday.
        ({**DAILY, "frequency": "weekly", "weekdays": [0, 1, 2, 3, 4]}, "2026-03-06T02:30", "2026-03-10T02:30"),
        ({**DAILY, "frequency": "weekly", "weekdays": [0, 1, 2, 3, 4]}, "2026-03-09T02:30", "2026-03-11T02:30"),
        # A set that somebody made between two slots is recent for as long as one of a slot.
        (DAILY, "2026-03-10T14:00", "2026-03-12T14:00"),
    ],
)
def test_a_good_set_is_recent_until_the_second_slot_behind_it(schedule, cadence, last_good, until):
    made = schedule(**cadence)
    assert good_until(made, at(last_good)) == at(until)
    assert not is_overdue(made, at(last_good), now=at(until))
    assert is_overdue(made, at(last_good), now=at(until) + SECOND)


def test_what_never_ran_is_overdue_after_its_first_slot(schedule):
    first = at("2026-03-03T02:30")
    assert good_until(schedule(**DAILY), None) == first + 2 * DAY
    assert good_until(schedule(**DAILY, weekdays=[], time_zone="Europe/Nowhere"), None) == MADE + 2 * DAY


def test_a_pause_is_no_delay_and_counts_anew_from_the_first_slot(schedule, alice):
    made = schedule(**DAILY)
    good, paused, resumed = at("2026-03-10T02:30"), at("2026-03-10T12:00"), at("2026-06-01T12:00")
    pause(made, actor=alice, now=paused)
    made.refresh_from_db()
    assert not is_overdue(made, good, now=resumed)
    resume(made, actor=alice, now=resumed)
    made.refresh_from_db()
    assert good_until(made, good) == at("2026-06-04T02:30")
    assert good_until(made, at("2026-06-05T02:30")) == at("2026-06-07T02:30")


def test_only_good_sets_count_and_damage_is_seen(schedule, contoso, now):
    made = schedule(**DAILY)
    chain = new_chain(contoso, now)
    type(chain).everywhere.filter(pk=chain.pk).update(schedule=made)
    finished_set(chain, 1, now - 3 * DAY)
    good = finished_set(chain, 2, now - DAY)
    finished_set(chain, 3, now, "incomplete")
    assert not backups_of([made], now=now)[made.pk].is_overdue
    damaged(good)
    assert backups_of([made], now=now)[made.pk].is_overdue


def test_a_set_by_hand_is_measured_by_what_is_due_first(schedule):
    hourly, daily = schedule(frequency="hourly"), schedule(**DAILY)
    weekly = schedule(**{**DAILY, "frequency": "weekly", "weekdays": [6]})
    by_hand = at("2026-03-10T14:00")
    assert recent_until(by_hand, None, [weekly, daily, hourly]) == by_hand + 2 * DAY
    assert recent_until(by_hand, None, [weekly]) == by_hand + 14 * DAY
    assert recent_until(by_hand, hourly, [weekly, daily, hourly]) == by_hand + 2 * HOUR
    assert recent_until(by_hand, None, []) is None
