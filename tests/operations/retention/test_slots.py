"""Slots that were filled long ago go with the runs of their time; never one that a ticker could come back to."""

from datetime import timedelta

import pytest
from django.test import override_settings

from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.models import Schedule, ScheduleSlot
from tenantpilot.operations.operations import OPERATION_RETENTION
from tenantpilot.operations.schedules import forgetting
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.forgetting import forget_slots
from tenantpilot.operations.schedules.services import Ticked, create_schedule, tick
from tenantpilot.operations.types import NoInputs
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant, Workspace

DAY = timedelta(days=1)


@pytest.fixture
def daily(contoso, alice, now):
    """Due at 06:30 UTC each day; it is noon. 100 days have gone by, each with its slot."""
    made = scheduled(contoso, alice, now)
    filled(made, now, days=100)
    return made


def scheduled(tenant, actor, now):
    cadence = Cadence(Frequency.DAILY, "UTC", minute=30, hour=6)
    return create_schedule(
        INVENTORY_SYNC,
        tenant=tenant,
        name="Daily",
        cadence=cadence,
        inputs=SyncInputs(),
        actor=actor,
        now=now - 100 * DAY,
    )


def filled(schedule, now, *, days):
    slots = [schedule.cadence.latest_until(schedule.next_slot_at, now - ago * DAY) for ago in range(days)]
    ScheduleSlot.objects.bulk_create(
        ScheduleSlot(schedule=schedule, slot_at=slot, filled_at=slot, result="started") for slot in slots
    )
    Schedule.everywhere.filter(pk=schedule.pk).update(next_slot_at=schedule.cadence.next_after(now))


def days_left(schedule, now):
    return [(now - slot.slot_at).days for slot in schedule.slots.order_by("-slot_at")]


def test_slots_go_when_no_run_of_their_time_is_kept(engine, daily, northwind, now):
    engine.clock.time = now
    with override_settings(
        OPERATIONS_KEEP_DAYS={"succeeded": 30, "partially_succeeded": 60, "failed": 90, "cancelled": 10}
    ):
        run = engine.service.start(
            OPERATION_RETENTION, tenant=None, workspace=northwind, initiator=None, inputs=NoInputs(), now=now
        ).run
        Runner(engine.service, engine.clock).execute(run.pk)
    assert days_left(daily, now) == list(range(90))


def test_a_schedule_keeps_its_last_slot_however_old(daily, northwind, now):
    while forget_slots(northwind.pk, before=now + 1000 * DAY):
        pass
    assert days_left(daily, now) == [0]


def test_ops_34_a_slot_that_could_be_filled_again_stays(daily, northwind, now):
    """Somebody resumed the schedule on a machine whose clock was ten days behind."""
    Schedule.everywhere.filter(pk=daily.pk).update(next_slot_at=daily.cadence.next_after(now - 10 * DAY))
    while forget_slots(northwind.pk, before=now + 1000 * DAY):
        pass
    assert days_left(daily, now) == list(range(10))
    assert tick(now=now) == Ticked()
    assert days_left(daily, now) == list(range(10))


def test_sec_03_another_workspace_keeps_its_slots(daily, alice, northwind, now):
    other = Workspace.objects.create(slug="other", name="Other")
    entra = "33333333-3333-4333-8333-333333333333"
    place = Tenant.everywhere.create(workspace=other, slug="other", name="O", entra_tenant_id=entra)
    theirs = scheduled(place, alice, now)
    filled(theirs, now, days=5)
    while forget_slots(northwind.pk, before=now):
        pass
    assert len(days_left(theirs, now)) == 5


def test_they_go_in_chunks(daily, northwind, now, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(forgetting, "AT_MOST", 40)
    with django_assert_max_num_queries(3 * 3):
        assert [forget_slots(northwind.pk, before=now - 20 * DAY) for _chunk in range(3)] == [40, 40, 0]
