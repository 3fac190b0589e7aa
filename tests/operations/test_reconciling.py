"""What nobody else settles: lost jobs, lost workers, limits and cancels nobody honoured (OPS-07)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult

from tenantpilot.operations.lifecycle.checkpoints import Kept
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.results import Settled
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.operations.types import operation_types
from tests.operations.kit import SUCCEEDED, WORK, Engine, QueueIsDown, WorkInputs, again, limited

pytestmark = pytest.mark.contract


def test_there_is_nothing_to_settle_when_all_is_well(engine: Engine, alice: Any) -> None:
    """OPS-07."""
    engine.start(alice, what="a")
    engine.running(alice, what="b")
    engine.completed(alice, what="c")
    assert engine.reconcile() == Settled()


def test_a_queued_run_that_nobody_took_is_dispatched_again(engine: Engine, alice: Any) -> None:
    """OPS-07: the queue lost the job."""
    run = engine.start(alice)
    engine.clock.move(seconds=59)
    assert engine.reconcile().dispatched == 0
    engine.clock.move(seconds=2)
    assert engine.reconcile().dispatched == 1
    assert engine.line.jobs == [run.pk, run.pk]


def test_dispatching_again_doubles_its_pause_up_to_ten_minutes(engine: Engine, alice: Any) -> None:
    """A queue that is down is not flooded."""
    engine.start(alice)
    pauses, since = [], engine.clock()
    while len(pauses) < 7:
        engine.clock.move(seconds=10)
        if engine.reconcile().dispatched:
            pauses.append((engine.clock() - since).total_seconds())
            since = engine.clock()
    assert pauses == [60, 120, 240, 480, 600, 600, 600]


def test_a_queue_that_refuses_keeps_the_run_for_the_next_pass(engine: Engine, alice: Any) -> None:
    """OPS-07, OPS-12: nothing is lost, and other runs are settled all the same."""
    run = engine.start(alice, what="a")
    engine.running(alice, what="b")
    engine.line.refusing = QueueIsDown("secret=hunter2")
    engine.let_pass(61)
    assert engine.reconcile() == Settled()
    engine.line.refusing = None
    assert engine.reconcile() == Settled(dispatched=1, taken_up=1)
    assert again(run).status == RunStatus.QUEUED


def test_a_run_whose_worker_vanished_is_taken_up_again(engine: Engine, alice: Any) -> None:
    """OPS-07."""
    lost = engine.running(alice)
    engine.let_pass(61)
    assert engine.reconcile().taken_up == 1
    second = engine.claim(lost.run, "worker-2")
    assert second.lease.attempt == 2
    assert engine.service.finish(second.lease, SUCCEEDED, now=engine.clock())
    assert Notification.everywhere.count() == 1


def test_several_reconcilers_take_it_up_once(engine: Engine, alice: Any) -> None:
    """OPS-07: safe in any number of copies."""
    lost = engine.running(alice)
    engine.let_pass(61)
    seen = [again(lost.run) for _copy in range(3)]
    assert [engine.service.redispatch(run, now=engine.clock()) for run in seen] == [True, False, False]
    assert engine.reconcile().taken_up == 0


def test_a_run_that_loses_every_worker_ends_as_worker_lost(engine: Engine, alice: Any) -> None:
    """OPS-07: failed, after three attempts, with what is known of it."""
    claimed = engine.running(alice)
    for attempt in (2, 3):
        engine.lose_the_worker()
        claimed = engine.claim(claimed.run, f"worker-{attempt}")
    engine.service.progress(claimed.lease, Progress(4, 9), now=engine.clock())
    engine.let_pass(61)
    assert engine.reconcile().lost == 1
    run = again(claimed.run)
    assert (run.outcome, run.reason_code) == (RunOutcome.FAILED, "worker_lost")
    assert run.summary_counts == {"total": 9, "processed": 4}
    assert Notification.everywhere.get().data["reason_code"] == "worker_lost"
    assert not engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())


def test_what_a_lost_worker_had_checkpointed_is_on_the_record(engine: Engine, alice: Any) -> None:
    """OPS-11: counts and failures that were reported are not lost with the worker."""
    with limited(attempts=1):
        claimed = engine.running(alice)
        kept = Kept(None, {"created": 7, "failed": 51}, [])
        engine.service.checkpoint(claimed.lease, kept.as_json(), now=engine.clock())
        engine.let_pass(61)
        assert engine.reconcile().lost == 1
    run = again(claimed.run)
    assert run.summary_counts == {"failed": 51, "created": 7}
    assert run.failure_summary == [{"more": 51}]


def test_a_silent_run_past_its_time_limit_is_not_taken_up_again(engine: Engine, alice: Any) -> None:
    """OPS-07: its worker said so, and heard nothing."""
    lost = engine.running(alice)
    assert engine.service.spend(lost.lease, seconds_spent=600)
    engine.let_pass(61)
    assert engine.reconcile().timed_out == 1
    assert again(lost.run).reason_code == "time_limit_exceeded"


def test_a_run_that_was_taken_up_meanwhile_is_left_alone(engine: Engine, alice: Any) -> None:
    """OPS-07: what the reconciler saw decides nothing; what the row says does."""
    lost = engine.running(alice)
    engine.let_pass(61)
    seen = again(lost.run)
    engine.reconcile()
    engine.claim(lost.run, "worker-2")
    assert not engine.service.complete_abandoned(seen, SUCCEEDED, now=engine.clock())
    assert not engine.service.redispatch(seen, now=engine.clock())
    assert again(lost.run).status == RunStatus.RUNNING


def test_an_ended_run_is_never_dispatched_again(engine: Engine, alice: Any) -> None:
    """OPS-04, OPS-07: nothing is resurrected."""
    run = engine.completed(alice)
    assert not engine.service.redispatch(run, now=engine.clock())
    engine.clock.move(days=400)
    assert engine.reconcile() == Settled()


def test_one_run_that_cannot_be_settled_does_not_stop_the_others(engine: Engine, alice: Any, monkeypatch: Any) -> None:
    """OPS-07."""
    first, second = engine.running(alice, what="a"), engine.running(alice, what="b")
    real = engine.service.redispatch

    def poisoned(run: OperationRun, **details: Any) -> bool:
        if run.pk == first.run.pk:
            raise ValueError("poison")
        return real(run, **details)

    monkeypatch.setattr(engine.service, "redispatch", poisoned)
    engine.let_pass(61)
    assert engine.reconcile().taken_up == 1
    assert engine.line.jobs.count(second.run.pk) == 2


def test_a_database_that_is_away_ends_the_pass(engine: Engine, alice: Any, monkeypatch: Any) -> None:
    engine.running(alice)
    engine.let_pass(61)

    def away(run: OperationRun, **details: Any) -> bool:
        raise OperationalError("the server went away")

    monkeypatch.setattr(engine.service, "redispatch", away)
    with pytest.raises(OperationalError):
        engine.reconcile()


def test_a_run_of_a_type_that_was_removed_is_settled_too(engine: Engine, alice: Any, monkeypatch: Any) -> None:
    """OPS-07."""
    claimed = engine.running(alice)
    monkeypatch.delitem(operation_types._types, WORK.key)
    for _attempt in range(3):
        engine.lose_the_worker()
        engine.service.claim(claimed.run.pk, owner="w", now=engine.clock())
    engine.lose_the_worker()
    assert again(claimed.run).reason_code == "worker_lost"


def test_jobs_of_dead_workers_are_cleared_from_the_queue_and_jobs_of_living_ones_are_not(
    engine: Engine, alice: Any
) -> None:
    """OPS-07: a killed worker leaves its job running for ever."""
    service = OperationRunService(DatabaseDispatcher())
    runs = [
        service.start(WORK, tenant=engine.tenant, initiator=alice, inputs=WorkInputs(w), now=engine.clock()).run
        for w in "ab"
    ]
    DBTaskResult.objects.update(status="RUNNING", started_at=engine.clock())
    living = service.claim(runs[0].pk, owner="w", now=engine.clock())
    engine.clock.move(seconds=130)
    service.heartbeat(living.lease, now=engine.clock())
    assert service.reconcile(now=engine.clock()).jobs_cleared == 1
    assert {
        job.args_kwargs["args"][0]: job.status for job in DBTaskResult.objects.filter(status__in=["RUNNING", "FAILED"])
    } == {
        runs[0].pk: "RUNNING",
        runs[1].pk: "FAILED",
    }


def test_a_worker_lost_is_settled_within_ninety_seconds(engine: Engine, alice: Any) -> None:
    """OPS-07: the documented time, with the settings as they are shipped."""
    from django.conf import settings

    longest = settings.OPERATIONS_LEASE_SECONDS + 2 * settings.OPERATIONS_RECONCILE_SECONDS
    assert timedelta(seconds=longest) <= timedelta(seconds=90)
    with limited(attempts=1):
        lost = engine.running(alice)
        engine.let_pass(longest)
        engine.reconcile()
    assert again(lost.run).status == RunStatus.COMPLETED


def test_the_timeline_tells_the_whole_story(engine: Engine, alice: Any) -> None:
    """OPS-07: what happened to a run that lost a worker can be read later."""
    lost = engine.running(alice)
    engine.lose_the_worker()
    second = engine.claim(lost.run, "worker-2")
    engine.service.finish(second.lease, SUCCEEDED, now=engine.clock())
    told = [(event.name, event.attempt) for event in RunEvent.objects.filter(run=lost.run).in_order()]
    assert told == [("queued", 0), ("started", 1), ("dispatched_again", 1), ("taken_over", 2), ("completed", 2)]
