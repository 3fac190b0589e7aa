"""A simulated year: daily schedules in fifty tenants, hourly ones in two, and everything that goes wrong in a year.

`TENANTPILOT_CHARTS=benchmarks make test-deep` keeps the chart of rows and bytes, which else goes with the test.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tenantpilot.backups.models import BackupSet
from tenantpilot.operations.models import Notification, OperationRun, ScheduleSlot
from tenantpilot.operations.schedules.cadence import Frequency
from tenantpilot.tenancy.models import Tenant
from tests.backups.nights import Nights, expected, slots_of
from tests.backups.test_nights import kept_of
from tests.backups.year import DAY, ZONES, Span, daily_slots, filled, hourly_slots, measure, write_chart

START, WEEKS = datetime(2026, 1, 1, tzinfo=UTC), 52
PARTS = {"hourly": range(2), "daily": range(2, 50)}
"""The tenants of each part: each has a daily schedule, and those of the first an hourly one as well."""
STANDS_STILL = {12: 3 * DAY, 29: timedelta(hours=7, minutes=45), 43: 2 * DAY}
"""The weeks after which nothing runs for a while; in two of these whiles Berlin or New York switches its clocks."""
EDITS_EVERY, DIES_EVERY, COUNTS_EVERY = 2, 101, 23


@pytest.mark.deep
@pytest.mark.same_on_both
@pytest.mark.timeout(5_400)
@pytest.mark.parametrize("part", PARTS)
def test_ops_34_a_year_of_backups(northwind, alice, monkeypatch, tmp_path, part):
    began, nights = time.process_time(), Nights(monkeypatch, START, policies=2)
    nights.counts_every = COUNTS_EVERY
    schedules = make_schedules(nights, northwind, alice, part)
    folder = Path(os.environ.get("TENANTPILOT_CHARTS", tmp_path))
    spans, points = pass_the_year(nights, lambda points: write_chart(points, folder, part))
    for schedule, zone, slots in schedules:
        wanted = filled(slots(zone, START, nights.now), START, nights.now, spans)
        assert slots_of(schedule) == wanted, (schedule.name, zone.key)
        assert kept_of(schedule) == expected(wanted, nights.now, zone), (schedule.name, zone.key)
    assert not ScheduleSlot.objects.exclude(result="started").exists()
    runs = OperationRun.everywhere.filter(type="backup_schedule_run")
    assert runs.count() == nights.made == ScheduleSlot.objects.count()
    assert set(runs.values_list("outcome", flat=True)) == {"succeeded"}
    assert set(BackupSet.everywhere.values_list("state", flat=True)) == {"complete"}
    assert (nights.won_twice, nights.deaths) == (0, nights.made // DIES_EVERY)
    assert set(nights.rows_of_unchanged) == {(1, 0, 0, 0)}
    assert not Notification.everywhere.exists()
    print(f"{nights.made} backups, {nights.deaths} dead workers, {time.process_time() - began:.0f} s of processor")
    print(f"unchanged nights that were counted: {nights.rows_of_unchanged}; at the end: {points[-1]}")


def make_schedules(nights, workspace, actor, part):
    """Return each schedule with its zone and the slots that it has."""
    facts, made = {"workspace": workspace, "signed_in_at": START}, []
    for number in PARTS[part]:
        zone = ZONES[number % len(ZONES)]
        place = {"slug": f"t{number}", "name": f"Tenant {number}", "entra_tenant_id": UUID(int=number + 1)}
        tenant = Tenant.everywhere.create(**place, **facts)
        made.append((nights.schedule(tenant, actor, zone=zone), zone, daily_slots))
        if part == "hourly":
            made.append((nights.schedule(tenant, actor, Frequency.HOURLY, zone), zone, hourly_slots))
    return made


def pass_the_year(nights, draw):
    """Return the times at which nothing ran, and the figures of each week, which are drawn as they come."""
    spans, points = [], []
    for week in range(1, WEEKS + 1):
        nights.pass_until(START + 7 * week * DAY, retains_every=10**9, dies_every=DIES_EVERY)
        if week % EDITS_EVERY == 0:
            nights.edit()
        if week in STANDS_STILL:
            since = nights.now
            nights.now += STANDS_STILL[week]
            spans.append(Span(since, nights.now))
        points.append(measure(nights.now, nights.made))
        draw(points)
    return spans, points
