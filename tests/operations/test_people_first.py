"""The order of the line: people before the clock, and nobody is put in line twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenantpilot.operations.lifecycle.priorities import SCHEDULED
from tenantpilot.operations.models import RunEvent
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.results import AlreadyActive, Settled
from tenantpilot.operations.service import OperationRunService
from tests.operations.kit import SUCCEEDED, WORK, Engine, WorkInputs


@pytest.fixture
def queued(engine: Engine) -> Engine:
    """The engine with the queue as it is embedded."""
    engine.service = OperationRunService(DatabaseDispatcher(), engine.watch)
    return engine


def line() -> list[int]:
    """Return the runs in the order in which a worker of all queues takes their jobs."""
    return list(DBTaskResult.objects.ready().values_list("args_kwargs__args__0", flat=True))


def a_night(engine: Engine, number: int) -> list[int]:
    runs = [engine.service.start(WORK, tenant=engine.tenant, initiator=None, inputs=WorkInputs(n), now=engine.clock(),
                                 scheduled=True).run for n in range(number)]  # fmt: skip
    assert {run.queue for run in runs} == {SCHEDULED}
    return [run.pk for run in runs]


def test_a_click_goes_before_a_night_of_scheduled_work(queued: Engine, alice: Any) -> None:
    night = a_night(queued, 5)
    click = queued.start(alice, what="click")
    assert line() == [click.pk, *night]


def test_a_run_that_has_begun_goes_before_its_equals(queued: Engine, alice: Any) -> None:
    """It holds a slot of its tenant, and a worker that left it did so for everybody's good."""
    night = a_night(queued, 2)
    begun = queued.service.claim(night[0], owner="w", now=queued.clock())
    DBTaskResult.objects.filter(args_kwargs__args__0=night[0]).delete()
    queued.service.hand_on(begun.lease, now=queued.clock())
    click = queued.start(alice, what="click")
    assert line() == [click.pk, *night]


def test_a_click_on_scheduled_work_that_waits_hastens_it_once(queued: Engine, alice: Any) -> None:
    """OPS-26: the click joins the run, and does not wait behind the others of the night."""
    night = a_night(queued, 3)
    for _click in range(2):
        assert isinstance(queued.ask(alice, what=2), AlreadyActive)
    assert line() == [night[2], *night]


def test_a_run_whose_job_is_in_line_is_never_dispatched_again(queued: Engine) -> None:
    """OPS-07: however long the line is."""
    night = a_night(queued, 3)
    queued.clock.move(hours=5)
    assert queued.reconcile() == Settled()
    DBTaskResult.objects.filter(args_kwargs__args__0=night[1]).delete()
    assert queued.reconcile() == Settled(dispatched=1)
    assert queued.reconcile() == Settled()
    assert list(RunEvent.objects.filter(name="dispatched_again").values_list("run_id", flat=True)) == [night[1]]


def test_lost_jobs_are_found_behind_a_longer_line_than_one_pass_settles(queued: Engine, monkeypatch: Any) -> None:
    """OPS-07."""
    monkeypatch.setattr("tenantpilot.operations.lifecycle.reconciler.AT_MOST", 2)
    night = a_night(queued, 5)
    DBTaskResult.objects.filter(args_kwargs__args__0=night[4]).delete()
    queued.clock.move(hours=5)
    assert queued.reconcile() == Settled(dispatched=1)


def test_a_job_that_a_worker_took_is_not_lost_before_a_lease(queued: Engine) -> None:
    """OPS-07: between the queue and the claim, and no longer."""
    a_night(queued, 1)
    queued.clock.move(hours=5)
    taken = DBTaskResult.objects.all()
    taken.update(status="RUNNING", started_at=timezone.now())
    assert queued.reconcile().dispatched == 0
    taken.update(started_at=timezone.now() - timedelta(seconds=61))
    assert queued.reconcile().dispatched == 1


def test_a_run_that_was_set_aside_and_waits_in_line_is_left_there(queued: Engine) -> None:
    """OPS-07."""
    (night,) = a_night(queued, 1)
    begun = queued.service.claim(night, owner="w", now=queued.clock())
    assert queued.service.set_aside(begun.lease, seconds=60, now=queued.clock())
    queued.clock.move(minutes=9)
    assert queued.reconcile().taken_up == 0
    again = queued.service.claim(night, owner="w", now=queued.clock())
    assert queued.service.finish(again.lease, SUCCEEDED, now=queued.clock())
