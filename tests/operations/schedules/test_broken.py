"""A schedule that can start nothing is marked, and stops no other (OPS-34)."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.models import OperationRun, Schedule
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.faults import ScheduleFault
from tenantpilot.operations.schedules.services import Ticked, create_schedule, pause, resume, tick
from tenantpilot.operations.service import OperationRunService

pytestmark = pytest.mark.contract

HOUR = timedelta(hours=1)
FAULTS = {
    "a retired policy type": ({"inputs": {"policy_types": ["retiredType"]}}, ScheduleFault.INPUTS_UNREADABLE),
    "inputs of another shape": ({"inputs": {"policy_types": 7}}, ScheduleFault.INPUTS_UNREADABLE),
    "an unknown operation": ({"type": "time_travel"}, ScheduleFault.TYPE_UNKNOWN),
    "an unknown time zone": ({"time_zone": "Mars/Olympus"}, ScheduleFault.TIME_UNREADABLE),
    "no weekday": ({"frequency": "weekly", "weekdays": []}, ScheduleFault.TIME_UNREADABLE),
    "weekdays of another shape": ({"frequency": "weekly", "weekdays": 3}, ScheduleFault.TIME_UNREADABLE),
}


@pytest.fixture
def pair(contoso, fabrikam, alice, now):
    """Two schedules that are due at the same minute; the first is made first."""
    cadence = Cadence(Frequency.HOURLY, "UTC", minute=30)
    return [
        create_schedule(
            INVENTORY_SYNC, tenant=tenant, name="Hourly", cadence=cadence, inputs=SyncInputs(), actor=alice, now=now
        )
        for tenant in (contoso, fabrikam)
    ]


@pytest.mark.parametrize("what", FAULTS)
def test_ops_34_a_broken_schedule_is_marked_and_stops_no_other(pair, fabrikam, now, what):
    stored, fault = FAULTS[what]
    Schedule.everywhere.filter(pk=pair[0].pk).update(**stored)
    assert tick(now=now + HOUR) == Ticked(started=1, broken=1)
    assert OperationRun.everywhere.get().tenant == fabrikam
    broken = Schedule.everywhere.get(pk=pair[0].pk)
    assert (broken.fault, broken.broken_at) == (fault, now + HOUR)
    assert AuditLog.objects.get(action="schedule.broken").after["fault"] == fault


@pytest.mark.parametrize("number", ["12_poison_schedule_input", "13_poison_schedule_time_zone"])
def test_what_failed_in_the_field_costs_its_own_schedule_alone(shared, pair, fabrikam, now, number):
    poison = json.loads((shared / "field" / f"{number}.json").read_text())["schedules_due_at_the_same_minute"]
    for schedule, facts in zip(pair, poison, strict=True):
        stored = {name: facts[name] for name in ("inputs", "time_zone") if name in facts}
        Schedule.everywhere.filter(pk=schedule.pk).update(**stored)
    assert [tick(now=now + HOUR * number).started for number in (1, 2)] == [1, 0]
    assert OperationRun.everywhere.get().tenant == fabrikam


def test_it_is_looked_at_again_and_what_it_missed_last_runs_once(pair, now):
    Schedule.everywhere.filter(pk=pair[0].pk).update(type="time_travel")
    tick(now=now + HOUR)
    assert tick(now=now + HOUR + timedelta(minutes=1)) == Ticked()
    Schedule.everywhere.filter(pk=pair[0].pk).update(type=INVENTORY_SYNC.key)
    assert tick(now=now + HOUR + timedelta(minutes=11)) == Ticked(started=1)
    mended = Schedule.everywhere.get(pk=pair[0].pk)
    assert (mended.fault, mended.broken_at) == (None, None)


def test_one_that_stays_broken_is_audited_once(pair, now):
    Schedule.everywhere.filter(pk=pair[0].pk).update(type="time_travel")
    for number in range(1, 4):
        tick(now=now + number * HOUR)
    assert AuditLog.objects.filter(action="schedule.broken").count() == 1


def test_a_broken_one_can_be_paused_and_resumed(pair, alice, now):
    Schedule.everywhere.filter(pk=pair[0].pk).update(time_zone="Mars/Olympus")
    broken = Schedule.everywhere.get(pk=pair[0].pk)
    pause(broken, actor=alice, now=now)
    assert tick(now=now + HOUR) == Ticked(started=1)
    resume(broken, actor=alice, now=now + HOUR)
    assert tick(now=now + HOUR) == Ticked(broken=1)


def test_an_outage_breaks_no_schedule(own_database, pair, now, monkeypatch):
    """OPS-07: what is due stays due."""

    def away(*_, **__):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(OperationRunService, "start", away)
    with pytest.raises(OperationalError):
        tick(now=now + HOUR)
    assert not Schedule.everywhere.exclude(broken_at=None).exists()
    monkeypatch.undo()
    assert services.tick(now=now + HOUR) == Ticked(started=2)
