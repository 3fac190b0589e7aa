"""What the engine asks of a queue, held by every dispatcher (OPS-31, OPS-07)."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.states import RunOutcome, RunStatus
from tests.operations.dispatching.conftest import executed
from tests.operations.dispatching.handlers import BULK, StepInputs
from tests.operations.kit import again

pytestmark = pytest.mark.contract


def seen_by_others(dispatcher) -> int:
    """Jobs in line, as another connection sees them."""
    answers = []

    def look() -> None:
        answers.append(dispatcher.waiting())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return answers[0]


def test_ops_31_a_job_is_in_line_exactly_when_its_run_is_committed(dispatcher, start):
    assert dispatcher.transactional
    with transaction.atomic():
        start(what="a")
        assert seen_by_others(dispatcher) == 0
    assert seen_by_others(dispatcher) == 1


def test_ops_31_a_rolled_back_start_leaves_neither_run_nor_job(dispatcher, start):
    with transaction.atomic():
        start(what="a")
        transaction.set_rollback(True)
    assert dispatcher.waiting() == 0
    assert not OperationRun.everywhere.exists()


def test_ops_31_a_job_that_the_queue_refuses_costs_only_itself(dispatcher, start, service, monkeypatch):
    """The savepoint around it goes; what the caller wrote before stays."""
    broken = "procrastinate_jobs" if "Procrastinate" in type(dispatcher).__name__ else DBTaskResult._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {broken} RENAME TO elsewhere")
    with pytest.raises(DispatchFailed) as refused:
        start(what="a")
    run = again(refused.value.run)
    assert (run.status, run.outcome, run.reason_code) == (RunStatus.COMPLETED, RunOutcome.FAILED, "dispatch_failed")


def test_a_worker_does_the_job_and_the_line_is_empty(dispatcher, start, drain):
    """OPS-07, OPS-31."""
    run = start(what="a", steps=2)
    drain()
    assert again(run).outcome == RunOutcome.SUCCEEDED
    assert dispatcher.waiting() == 0


def test_a_job_that_the_last_release_put_in_line_is_done(
    dispatcher, overlooked, put_in_line_by_the_last_release, drain
):
    """OPS-31: an update keeps what is in line, though the task has moved since."""
    run = overlooked(what="a", steps=2)
    put_in_line_by_the_last_release(run)
    assert dispatcher.in_line(until=timezone.now()) == {run.pk}
    drain()
    assert again(run).outcome == RunOutcome.SUCCEEDED
    assert dispatcher.waiting() == 0


@pytest.mark.parametrize(("hours", "counts"), [(0, True), (25, False), (-25, False)])
@pytest.mark.parametrize("engine_name", ["database"], indirect=True)
def test_ops_07_a_job_that_was_taken_by_a_wrong_clock_keeps_its_run_from_nobody(dispatcher, overlooked, hours, counts):
    """Its worker may have died before it claimed the run; by that clock the lease would end tomorrow."""
    run = overlooked(what="a")
    dispatcher.dispatch(run.pk, queue="interactive")
    taken_at = timezone.now() + timedelta(hours=hours)
    DBTaskResult.objects.update(status="RUNNING", started_at=taken_at)
    assert (run.pk in dispatcher.in_line(until=timezone.now())) is counts


def test_urgent_work_goes_first_and_equals_in_the_order_they_came(dispatcher, overlooked, drain):
    runs = {priority: overlooked(what=str(priority)) for priority in (-50, 0, 1, 50)}
    equal = overlooked(what="equal")
    for priority, run in runs.items():
        dispatcher.dispatch(run.pk, queue="interactive", priority=priority)
    dispatcher.dispatch(equal.pk, queue="interactive", priority=0)
    drain()
    assert executed() == [runs[50].pk, runs[1].pk, runs[0].pk, equal.pk, runs[-50].pk]


def test_a_job_waits_for_its_time(dispatcher, overlooked, drain):
    soon, later, due = overlooked(what="a"), overlooked(what="b"), timezone.now() + timedelta(seconds=0.5)
    dispatcher.dispatch(later.pk, queue="interactive", not_before=due + timedelta(hours=1))
    dispatcher.dispatch(soon.pk, queue="interactive", not_before=due)
    threading.Event().wait((due - timezone.now()).total_seconds() + 0.1)
    drain()
    assert executed() == [soon.pk]
    assert dispatcher.waiting() == 1


def test_a_worker_takes_only_from_its_own_queues(dispatcher, start, drain):
    click, backup = start(what="a"), start(BULK, what="b")
    drain("interactive")
    assert executed() == [click.pk]
    drain("bulk")
    assert executed() == [click.pk, backup.pk]


def test_ops_07_a_job_delivered_many_times_is_done_once(dispatcher, service, drain, contoso, alice):
    run = service.start(BULK, tenant=contoso, initiator=alice, inputs=StepInputs("a"), now=timezone.now()).run
    for _ in range(5):
        dispatcher.dispatch(run.pk, queue="bulk")
    drain()
    dispatcher.dispatch(run.pk, queue="bulk")
    drain()
    assert executed() == [run.pk]
    assert RunEvent.objects.filter(run=run, name="completed").count() == 1
    assert Notification.everywhere.filter(run=run).count() == 1
    assert dispatcher.waiting() == 0


def test_a_job_of_a_run_that_is_gone_does_no_harm(dispatcher, start, drain):
    """OPS-07."""
    dispatcher.dispatch(999_999, queue="interactive")
    run = start(what="a")
    drain()
    assert again(run).outcome == RunOutcome.SUCCEEDED


def test_finished_jobs_are_forgotten_and_waiting_ones_are_not(dispatcher, start, drain):
    start(what="a")
    drain()
    start(what="b")
    tomorrow = timezone.now() + timedelta(days=2)
    while dispatcher.forget_finished(before=tomorrow):
        pass
    assert dispatcher.waiting() == 1
    drain()
    assert len(executed()) == 2
