"""OPS-34: the same slot never runs twice, a missed slot runs once, whoever ticks."""

from datetime import timedelta

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.operations.models import Notification, OperationRun, Schedule, ScheduleSlot
from tenantpilot.operations.schedules import services
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.operations.schedules.services import Ticked, create_schedule, pause, resume, tick
from tenantpilot.operations.service import OperationRunService

pytestmark = pytest.mark.contract

HOUR = timedelta(hours=1)


class BrokenQueue:
    """A queue that is down."""

    transactional = True

    def dispatch(self, run_id, **_where):
        raise ConnectionError("the queue is down")


@pytest.fixture
def hourly(contoso, alice, now):
    """Due at 12:30, 13:30, …; it is 12:00."""
    return create_schedule(
        INVENTORY_SYNC,
        tenant=contoso,
        name="Every hour",
        cadence=Cadence(Frequency.HOURLY, "Europe/Berlin", minute=30),
        inputs=SyncInputs(("settingsCatalog",)),
        actor=alice,
        now=now,
    )


def test_nothing_runs_before_it_is_due(hourly, now):
    """OPS-34."""
    assert tick(now=now) == Ticked()


def test_a_due_slot_starts_one_system_run_and_tells_nobody(hourly, now):
    """OPS-23, OPS-34."""
    assert tick(now=now + HOUR) == Ticked(started=1)
    run = OperationRun.everywhere.get()
    assert (run.initiator, run.type, run.inputs) == (None, "inventory_sync", {"policy_types": ["settingsCatalog"]})
    assert not Notification.everywhere.exists()


def test_the_same_slot_never_runs_twice(hourly, now):
    """OPS-34."""
    tick(now=now + HOUR)
    assert tick(now=now + HOUR) == Ticked()
    assert ScheduleSlot.objects.count() == 1


def test_of_two_tickers_that_saw_the_same_slot_one_wins(hourly, now):
    """OPS-34."""
    seen = [Schedule.everywhere.get(pk=hourly.pk) for _ticker in range(2)]
    filled = [services._fill(schedule, OperationRunService(), now=now + HOUR) for schedule in seen]
    assert filled == [ScheduleSlot.Result.STARTED, None]


def test_of_many_missed_slots_the_latest_runs_once(hourly, now):
    """OPS-34."""
    later = now + timedelta(days=3)
    assert tick(now=later) == Ticked(started=1)
    assert ScheduleSlot.objects.get().slot_at == later - HOUR / 2
    assert Schedule.everywhere.get().next_slot_at == later + HOUR / 2


def test_a_slot_is_skipped_while_the_run_before_is_under_way(hourly, now):
    """OPS-06, OPS-34. It does not claim what that run does."""
    tick(now=now + HOUR)
    assert tick(now=now + 2 * HOUR) == Ticked(skipped=1)
    assert OperationRun.everywhere.count() == 1
    slots = ScheduleSlot.objects.order_by("slot_at")
    assert [(slot.result, slot.run_id is None) for slot in slots] == [("started", False), ("skipped_overlap", True)]


def test_a_slot_that_the_queue_refused_is_kept_with_its_failed_run(hourly, now):
    """OPS-31, OPS-34."""
    assert tick(now=now + HOUR, service=OperationRunService(BrokenQueue())) == Ticked(refused=1)
    slot = ScheduleSlot.objects.get()
    assert (slot.run.outcome, slot.run.reason_code) == ("failed", "dispatch_failed")


def test_a_paused_schedule_fills_no_slot_and_goes_on_with_the_next(hourly, alice, now):
    """OPS-34."""
    pause(hourly, actor=alice, now=now)
    assert tick(now=now + 5 * HOUR) == Ticked()
    resume(hourly, actor=alice, now=now + 5 * HOUR)
    assert tick(now=now + 5 * HOUR) == Ticked()
    assert tick(now=now + 6 * HOUR) == Ticked(started=1)


def test_a_name_is_used_once_in_a_tenant(hourly, contoso, alice, now):
    with pytest.raises(services.NameTaken, match="Every hour"):
        create_schedule(
            INVENTORY_SYNC,
            tenant=contoso,
            name="Every hour",
            cadence=hourly.cadence,
            inputs=SyncInputs(),
            actor=alice,
            now=now,
        )


def test_every_change_of_a_schedule_is_audited(hourly, alice, now):
    pause(hourly, actor=alice, now=now)
    pause(hourly, actor=alice, now=now)
    resume(hourly, actor=alice, now=now)
    services.delete_schedule(hourly, actor=alice, now=now)
    actions = AuditLog.objects.filter(target_type="schedule").in_order().values_list("action", flat=True)
    assert list(actions) == ["schedule.created", "schedule.paused", "schedule.resumed", "schedule.deleted"]
