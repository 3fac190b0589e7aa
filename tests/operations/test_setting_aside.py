"""A run that can do nothing for a while gives its worker to others, and loses nothing by it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.models import Notification, ProcessHeartbeat, RunEvent
from tenantpilot.operations.monitoring.health import queue_health
from tenantpilot.operations.monitoring.wait_reasons import Cause, why
from tenantpilot.operations.results import Claimed, NotClaimable, WaitsForSlot
from tenantpilot.operations.run_context import RunCancelled
from tests.operations.kit import NOON, SUCCEEDED, WORK, Engine, again, limited
from tests.operations.test_clocks import look

pytestmark = pytest.mark.contract

LONG = 120.0


def set_aside(engine: Engine, claimed: Claimed, *, seconds: float = LONG, spent: float = 0) -> None:
    assert engine.service.set_aside(claimed.lease, seconds=seconds, now=engine.clock(), seconds_spent=spent)


def claim(engine: Engine, run: Any) -> Any:
    return engine.service.claim(run.pk, owner="w", now=engine.clock())


def events(run: Any) -> list[str]:
    return list(RunEvent.objects.filter(run=run).in_order().values_list("name", flat=True))


def waiting(context: Any) -> None:
    """A handler whose next step has to wait."""
    context.must_wait(LONG)
    context.safe_point()


def test_ops_07_its_worker_may_write_nothing_more(engine):
    held = engine.running()
    set_aside(engine, held)
    now = engine.clock()
    assert not engine.service.heartbeat(held.lease, now=now)
    assert not engine.service.finish(held.lease, SUCCEEDED, now=now)
    assert not engine.service.set_aside(held.lease, seconds=LONG, now=now)
    assert not engine.service.hand_on(held.lease, now=now)
    assert again(held.run).seconds_spent == LONG


def test_it_is_taken_up_at_its_time_and_not_before(engine):
    held = engine.running()
    set_aside(engine, held)
    assert engine.line.last_not_before == NOON + timedelta(seconds=LONG)
    engine.clock.move(seconds=LONG - 1)
    assert isinstance(claim(engine, held.run), NotClaimable)
    engine.clock.move(seconds=1)
    assert isinstance(claim(engine, held.run), Claimed)
    assert events(held.run) == ["queued", "started", "set_aside", "resumed"]


def test_the_handler_goes_on_from_what_was_kept(engine, alice):
    """OPS-22: and its ending is told once."""
    seen = []

    def two_steps(context):
        seen.append(kept := context.last_checkpoint(ItemsCheckpoint))
        if kept is None:
            context.count("created", 2)
            context.checkpoint(ItemsCheckpoint(1))
            context.progress(2, 5)
            waiting(context)

    run = engine.perform(two_steps, alice)
    assert (run.status, run.is_set_aside) == ("running", True)
    assert (run.live.processed, run.live.total) == (2, 5)
    engine.clock.move(seconds=LONG + 1)
    run = engine.work_on(run, two_steps)
    assert (run.outcome, run.attempt, seen) == ("succeeded", 2, [None, ItemsCheckpoint(1)])
    assert run.summary_counts["created"] == 2
    assert Notification.everywhere.filter(run=run).count() == 1


def test_a_handler_that_returns_because_it_saw_the_stop_has_not_finished(engine):
    def sees_it(context):
        context.must_wait(LONG)
        assert context.cancelled

    assert engine.perform(sees_it).is_set_aside


def test_a_short_wait_is_waited_by_the_worker(engine):
    with override_settings(OPERATIONS_WAIT_HERE_SECONDS=30):
        run = engine.perform(lambda context: context.must_wait(29.9) or context.safe_point())
        other = engine.perform(lambda context: context.must_wait(30) or context.safe_point(), what=2)
    assert (run.outcome, other.is_set_aside) == ("succeeded", True)


def test_of_several_waits_the_longest_counts(engine):
    def several(context):
        for seconds in (60, 300, 40):
            context.must_wait(seconds)
        context.safe_point()

    run = engine.perform(several)
    assert (run.not_before - engine.clock()).total_seconds() == pytest.approx(300, abs=1)


def test_a_run_that_kept_nothing_since_is_not_set_aside_again(engine):
    """Else it could begin for ever."""
    run = engine.perform(waiting)
    engine.clock.move(seconds=LONG + 1)
    assert engine.work_on(run, waiting).outcome == "succeeded"


def test_a_run_that_gets_on_is_set_aside_as_often_as_it_must(engine):
    """More often than workers may be lost, and nobody counts it as that."""

    def gets_on(context):
        kept = context.last_checkpoint(ItemsCheckpoint)
        step = (kept.items if kept else 0) + 1
        context.checkpoint(ItemsCheckpoint(step))
        if step < 2 * WORK.limits.attempts:
            waiting(context)

    run = engine.start()
    with limited(seconds=3_600):
        while (run := engine.work_on(run, gets_on)).is_set_aside:
            engine.clock.move(seconds=LONG + 1)
            assert engine.reconcile().lost == 0
    assert (run.outcome, run.attempt) == ("succeeded", 2 * WORK.limits.attempts)


def test_ops_07_to_wait_counts_to_the_time_limit_so_that_no_run_waits_for_ever(engine):
    held = engine.running()
    set_aside(engine, held, seconds=WORK.limits.seconds - 10, spent=10)
    assert engine.reconcile().timed_out == 1
    assert again(held.run).reason_code == "time_limit_exceeded"


def test_ops_07_a_cancel_ends_it_although_nobody_works_on_it(engine, alice):
    held = engine.running(alice)
    set_aside(engine, held)
    assert not engine.service.request_cancel(held.run, actor=alice, now=engine.clock())
    assert engine.reconcile().cancelled == 1
    assert again(held.run).outcome == "cancelled"


def test_a_cancel_that_came_first_stands(engine, alice):
    def asked_before(context):
        engine.service.request_cancel(again(run), actor=alice, now=engine.clock())
        context.stop(RunCancelled)
        waiting(context)

    run = engine.start()
    assert engine.work_on(run, asked_before).outcome == "cancelled"


def test_the_reconciler_leaves_it_alone_until_its_time_and_finds_it_when_its_job_was_lost(ticking):
    held = ticking.running()
    set_aside(ticking, held, seconds=300)
    assert not any(done.taken_up for done in look(ticking, seconds=350, every=10))
    assert sum(done.taken_up for done in look(ticking, seconds=30, every=10)) == 1
    assert isinstance(claim(ticking, held.run), Claimed)


@pytest.mark.parametrize("hours", [-25, 25])
def test_it_is_found_whatever_the_clock_says(ticking, hours):
    """Seen in line for as long as it was to wait, and as long as a job may take: its time is over."""
    held = ticking.running()
    set_aside(ticking, held, seconds=300)
    ticking.clock.move(hours=hours)
    look(ticking, seconds=400, every=10)
    assert isinstance(claim(ticking, held.run), Claimed)


def test_meanwhile_its_place_in_the_workspace_is_free_and_the_one_in_its_tenant_is_not(engine, fabrikam):
    elsewhere = Engine(fabrikam, line=engine.line, clock=engine.clock)
    with override_settings(OPERATIONS_PER_TENANT=1, OPERATIONS_PER_WORKSPACE=1):
        set_aside(engine, held := engine.running(what=1))
        assert claim(engine, engine.start(what=2)) == WaitsForSlot(1, "tenant")
        others = elsewhere.running(what=3)
        engine.clock.move(seconds=LONG)
        assert claim(engine, held.run) == WaitsForSlot(1, "workspace")
        elsewhere.service.finish(others.lease, SUCCEEDED, now=engine.clock())
        engine.clock.move(seconds=3)
        assert isinstance(claim(engine, held.run), Claimed)


def test_a_worker_that_left_in_good_order_is_not_called_silent(engine):
    set_aside(engine, engine.running(what=1))
    handed_on = engine.running(what=2)
    engine.service.hand_on(handed_on.lease, now=engine.clock())
    engine.clock.move(seconds=LONG)
    assert queue_health(now=engine.clock()).silent_runs == 0


def test_people_are_told_why_it_waits_and_until_when(engine):
    ProcessHeartbeat.objects.create(
        name="w", role="worker", queues="interactive,bulk", started_at=engine.clock(), seen_at=engine.clock()
    )
    held = engine.running()
    set_aside(engine, held)
    found = why(again(held.run), now=engine.clock())
    assert (found.cause, found.until) == (Cause.SET_ASIDE, NOON + timedelta(seconds=LONG))
    assert "Microsoft Graph" in found.text
