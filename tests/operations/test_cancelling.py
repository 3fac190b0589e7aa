"""Cancelling: at once while queued, at the next safe point while running, else by force (OPS-04, OPS-07)."""

from typing import Any

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.results import CannotCancel, NotClaimable
from tenantpilot.operations.run_context import Interrupted, RunCancelled, RunContext, TimeLimitExceeded
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.operations.workers.runner import Runner
from tests.operations.kit import SUCCEEDED, Engine, again, work_is

pytestmark = pytest.mark.contract


def test_a_queued_run_is_cancelled_at_once(engine: Engine, alice: Any, bob: Any) -> None:
    """OPS-04, OPS-07: queued to completed, with who did it on the record."""
    run = engine.start(alice)
    assert engine.service.request_cancel(run, actor=bob, now=engine.clock()) is True
    run = again(run)
    assert (run.status, run.outcome, run.reason_code) == (
        RunStatus.COMPLETED,
        RunOutcome.CANCELLED,
        "cancelled_by_person",
    )
    assert (run.started_at, run.cancel_requested_by) == (None, bob)
    assert AuditLog.objects.get(action="run.completed").actor_id == bob.pk
    assert Notification.everywhere.get().recipient == alice


def test_the_job_of_a_cancelled_run_finds_nothing_to_do(engine: Engine, alice: Any) -> None:
    """OPS-07: nothing brings a completed run back."""
    run = engine.start(alice)
    engine.service.request_cancel(run, actor=alice, now=engine.clock())
    assert engine.service.claim(run.pk, owner="w", now=engine.clock()) == NotClaimable()


def test_a_running_run_is_asked_to_stop_and_stops_at_its_next_safe_point(engine: Engine, alice: Any, bob: Any) -> None:
    """OPS-07."""
    seen: list[int] = []

    def handler(context: RunContext) -> None:
        for number in range(1, 10):
            if number == 4:
                asked = engine.service.request_cancel(OperationRun.everywhere.get(), actor=bob, now=engine.clock())
                assert asked is False
                context.stop(RunCancelled)  # what the ticker does when it sees the request
            context.progress(number, 9)
            seen.append(number)

    run = engine.perform(handler, alice)
    assert (run.outcome, run.reason_code, seen) == (RunOutcome.CANCELLED, "cancelled_by_person", [1, 2, 3])
    assert run.summary_counts == {"total": 9, "processed": 4}
    assert run.cancel_requested_by == bob


def test_a_cancel_asked_for_twice_is_recorded_once_and_keeps_its_first_actor(
    engine: Engine, alice: Any, bob: Any
) -> None:
    """OPS-07."""
    run = engine.running(alice).run
    engine.service.request_cancel(run, actor=alice, now=engine.clock())
    engine.service.request_cancel(run, actor=bob, now=engine.clock.move(seconds=1))
    assert again(run).cancel_requested_by == alice
    assert RunEvent.objects.filter(run=run, name="cancel_requested").count() == 1


def test_what_has_ended_cannot_be_cancelled(engine: Engine, alice: Any) -> None:
    """OPS-04: nothing leaves completed."""
    run = engine.completed(alice)
    with pytest.raises(CannotCancel) as refused:
        engine.service.request_cancel(run, actor=alice, now=engine.clock())
    assert refused.value.run == run
    assert again(run).outcome == RunOutcome.SUCCEEDED


def test_a_run_that_finished_before_it_heard_the_cancel_succeeded(engine: Engine, alice: Any) -> None:
    """OPS-08: the outcome says what happened, not what was wished for."""
    claimed = engine.running(alice)
    engine.service.request_cancel(claimed.run, actor=alice, now=engine.clock())
    assert engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())
    assert again(claimed.run).outcome == RunOutcome.SUCCEEDED


def test_a_cancel_that_nobody_honoured_is_forced_after_the_grace(engine: Engine, alice: Any) -> None:
    """OPS-07."""
    claimed = engine.running(alice)
    engine.service.request_cancel(claimed.run, actor=alice, now=engine.clock())
    engine.let_pass(29)
    engine.service.heartbeat(claimed.lease, now=engine.clock())
    assert engine.reconcile().cancelled == 0
    engine.let_pass(2)
    assert engine.reconcile().cancelled == 1
    assert again(claimed.run).outcome == RunOutcome.CANCELLED
    assert not engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())
    assert Notification.everywhere.count() == 1


def test_a_run_to_be_cancelled_whose_worker_died_is_not_taken_up_again(engine: Engine, alice: Any) -> None:
    """OPS-07."""
    claimed = engine.running(alice)
    engine.service.request_cancel(claimed.run, actor=alice, now=engine.clock())
    engine.let_pass(61)
    assert isinstance(engine.service.claim(claimed.run.pk, owner="w2", now=engine.clock()), NotClaimable)
    assert engine.reconcile().cancelled == 1


def test_a_handler_that_swallows_everything_still_ends_as_cancelled(engine: Engine, alice: Any) -> None:
    """OPS-07, OPS-08: an interruption is no Exception, so a careless `except` cannot hide it."""

    def careless(context: RunContext) -> None:
        context.stop(RunCancelled)
        for number in range(3):
            try:
                context.progress(number, 3)
            except Exception:
                pytest.fail("the interruption was an Exception")

    assert engine.perform(careless, alice).outcome == RunOutcome.CANCELLED


def test_a_client_that_was_told_to_stop_ends_the_run_as_cancelled_and_not_as_failed(engine: Engine, alice: Any) -> None:
    """OPS-13: a Graph call that was waiting when the cancel came raises an error of its own."""
    from tenantpilot.graph.errors import GraphStopped

    def waiting(context: RunContext) -> None:
        context.stop(RunCancelled)
        raise GraphStopped

    assert engine.perform(waiting, alice).outcome == RunOutcome.CANCELLED


def test_cancelling_between_the_claim_and_the_end_never_ends_it_twice(engine: Engine, alice: Any) -> None:
    """OPS-07, OPS-23."""
    run = engine.start(alice)

    def handler(context: RunContext) -> None:
        engine.service.request_cancel(run, actor=alice, now=engine.clock())

    with work_is(handler):
        Runner(engine.service, engine.clock).execute(run.pk)
    with pytest.raises(CannotCancel):
        engine.service.request_cancel(run, actor=alice, now=engine.clock())
    assert RunEvent.objects.filter(run=run, name="completed").count() == 1
    assert Notification.everywhere.count() == 1


@pytest.mark.parametrize(
    ("why", "outcome", "reason"),
    [
        (RunCancelled, RunOutcome.CANCELLED, "cancelled_by_person"),
        (TimeLimitExceeded, RunOutcome.FAILED, "time_limit_exceeded"),
    ],
)
@pytest.mark.parametrize("total", [None, 3])
def test_ops_07_a_handler_that_returns_because_it_must_stop_has_not_succeeded(
    engine: Engine, alice: Any, why: type[Interrupted], outcome: str, reason: str, total: int | None
) -> None:
    """OPS-08: the runner decides, also where the handler cleans up and returns."""

    def cleans_up(context: RunContext) -> None:
        if total is not None:
            context.progress(1, total)
        context.stop(why)
        assert context.cancelled

    run = engine.perform(cleans_up, alice)
    assert (run.outcome, run.reason_code) == (outcome, reason)


def test_ops_08_work_that_was_whole_when_the_cancel_came_succeeded(engine: Engine, alice: Any) -> None:
    def ends(context: RunContext) -> None:
        context.progress(3, 3)
        context.stop(RunCancelled)
        assert context.cancelled

    assert engine.perform(ends, alice).outcome == RunOutcome.SUCCEEDED
