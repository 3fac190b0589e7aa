"""Schedules of backups over weeks and a year: a set for every slot, exact retention, no row for what is unchanged."""

from datetime import UTC, datetime, timedelta

import pytest

from tenantpilot.backups.models import BackupSet
from tenantpilot.operations.models import Notification, ScheduleSlot
from tests.backups.nights import BERLIN, DAY, Nights, expected, slots_of


def kept_of(schedule):
    sets = BackupSet.everywhere.kept().filter(chain__schedule=schedule)
    return set(sets.values_list("slot_at", flat=True))


def check(schedule, nights):
    """Hold the schedule to one set a slot and to its rule."""
    slots = slots_of(schedule)
    sets = BackupSet.everywhere.filter(chain__schedule=schedule)
    assert not sets.exclude(state="complete").exists()
    assert not ScheduleSlot.objects.filter(schedule=schedule).exclude(result="started").exists()
    assert kept_of(schedule) == expected(slots, nights.now)
    return slots


@pytest.mark.parametrize("switch", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)], ids=str)
def test_ops_34_two_weeks_around_the_switch_of_the_clocks(contoso, alice, monkeypatch, switch):
    nights = Nights(monkeypatch, switch - 7 * DAY, policies=2)
    daily = nights.schedule(contoso, alice)
    nights.pass_until(switch + 2 * DAY, dies_every=5, retains_every=9)
    nights.now += 2 * DAY + timedelta(hours=4)
    nights.edit()
    nights.pass_until(switch + 7 * DAY, retains_every=9)
    slots = check(daily, nights)
    dates = [slot.astimezone(BERLIN).date() for slot in slots]
    assert (len(set(dates)), len(dates), (dates[-1] - dates[0]).days) == (13, 13, 13), "one of 14 nights was missed"
    assert len(kept_of(daily)) < 13
    times = {(slot.astimezone(BERLIN).hour, slot.minute) for slot in slots}
    assert times == ({(2, 30), (3, 30)} if switch.month == 3 else {(2, 30)})
    assert (nights.won_twice, nights.deaths) == (0, 1)
    assert set(nights.rows_of_unchanged) == {(1, 0, 0, 0)}
    assert not Notification.everywhere.exists()
