"""Who may write to a run: one worker at a time, and never one that lost it (OPS-07)."""

from typing import Any

import pytest
from django.test import override_settings

from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.models import Notification, OperationRun, RunEvent, RunProgress
from tenantpilot.operations.results import Claimed, NotClaimable, WaitsForSlot
from tenantpilot.operations.run_context import LeaseLost, RunContext
from tenantpilot.operations.states import RunOutcome, RunStatus
from tests.operations.kit import SUCCEEDED, Engine, again

pytestmark = pytest.mark.contract


def test_a_worker_takes_a_queued_run(engine: Engine, alice: Any) -> None:
    """OPS-04, OPS-07."""
    claimed = engine.running(alice)
    run = again(claimed.run)
    assert (run.status, run.attempt, run.started_at) == (RunStatus.RUNNING, 1, engine.clock())
    assert (run.lease_owner, run.lease_token) == ("worker-1", claimed.lease.token)


def test_a_duplicate_delivery_finds_the_run_taken(engine: Engine) -> None:
    """OPS-07."""
    run = engine.running().run
    assert engine.service.claim(run.pk, owner="worker-2", now=engine.clock()) == NotClaimable()
    assert again(run).lease_owner == "worker-1"


def test_a_delivery_of_a_run_that_ended_or_never_was_does_nothing(engine: Engine) -> None:
    """OPS-07: nothing is resurrected."""
    run = engine.completed()
    assert engine.service.claim(run.pk, owner="w", now=engine.clock()) == NotClaimable()
    assert engine.service.claim(run.pk + 1000, owner="w", now=engine.clock()) == NotClaimable()


def test_a_run_whose_lease_ran_out_is_taken_over_with_the_next_attempt(engine: Engine) -> None:
    """OPS-07."""
    first = engine.running()
    engine.lose_the_worker()
    second = engine.claim(first.run, "worker-2")
    run = again(first.run)
    assert (run.attempt, run.lease_owner, run.started_at) == (2, "worker-2", first.run.started_at)
    assert second.lease.token != first.lease.token
    assert [event.name for event in RunEvent.objects.filter(run=run).in_order()] == [
        "queued",
        "started",
        "dispatched_again",
        "taken_over",
    ]


def test_a_heartbeat_keeps_the_lease(engine: Engine) -> None:
    """OPS-07."""
    claimed = engine.running()
    for _beat in range(10):
        engine.clock.move(seconds=45)
        assert engine.service.heartbeat(claimed.lease, now=engine.clock())
        assert engine.service.claim(claimed.run.pk, owner="worker-2", now=engine.clock()) == NotClaimable()
        assert engine.reconcile().taken_up == 0


def test_a_worker_that_lost_its_run_can_write_nothing_to_it(engine: Engine, alice: Any) -> None:
    """OPS-07: heartbeat, progress, checkpoint, note, hand-on and finish are all fenced."""
    lost = engine.running(alice)
    engine.lose_the_worker()
    engine.claim(lost.run, "worker-2")
    before = snapshot(lost.run)
    now, service, lease = engine.clock.move(seconds=1), engine.service, lost.lease
    assert not service.heartbeat(lease, now=now)
    assert not service.progress(lease, Progress(1, 2), now=now)
    assert not service.checkpoint(lease, {"data": 1}, now=now)
    assert not service.note(lease, "hello", {}, now=now)
    assert not service.hand_on(lease, now=now)
    assert not service.finish(lease, SUCCEEDED, now=now)
    assert not service.signals(lease).held
    assert snapshot(lost.run) == before


def test_a_lease_of_a_run_that_ended_writes_nothing(engine: Engine, alice: Any) -> None:
    """OPS-04, OPS-07."""
    claimed = engine.running(alice)
    engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())
    before = snapshot(claimed.run)
    assert not engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())
    assert not engine.service.progress(claimed.lease, Progress(1, 2), now=engine.clock())
    assert not engine.service.heartbeat(claimed.lease, now=engine.clock())
    assert snapshot(claimed.run) == before
    assert Notification.everywhere.count() == 1


def test_a_token_of_another_run_is_worth_nothing(engine: Engine) -> None:
    """OPS-07: a lease is for one run."""
    from tenantpilot.operations.lifecycle.leases import Lease

    one, other = engine.running(what="one"), engine.running(what="other")
    stolen = Lease(other.run.pk, one.lease.token, 1)
    assert not engine.service.finish(stolen, SUCCEEDED, now=engine.clock())
    assert again(other.run).status == RunStatus.RUNNING


def test_a_late_worker_that_nobody_replaced_keeps_its_run(engine: Engine) -> None:
    """OPS-07: a lease that ran out is lost only when the reconciler took it away."""
    claimed = engine.running()
    engine.clock.move(seconds=300)
    assert engine.service.heartbeat(claimed.lease, now=engine.clock())
    assert engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())


def test_what_a_handler_writes_with_its_checkpoint_is_undone_when_the_lease_is_lost(engine: Engine, alice: Any) -> None:
    """OPS-07: the fence covers the work, not only the run's row."""
    from django.db import transaction

    def zombie(context: RunContext) -> None:
        engine.lose_the_worker()
        engine.claim(OperationRun.everywhere.get(), "worker-2")
        with transaction.atomic():
            alice.display_name = "written by a zombie"
            alice.save(update_fields=["display_name"])
            context.checkpoint(ItemsCheckpoint(1))

    run = engine.perform(zombie, alice)
    alice.refresh_from_db()
    assert alice.display_name == "Alice"
    assert (run.status, run.attempt) == (RunStatus.RUNNING, 2)


def test_the_handler_of_a_lost_run_is_stopped_and_ends_nothing(engine: Engine, alice: Any) -> None:
    """OPS-07, OPS-08: whatever it returns or raises."""

    def crashes_late(context: RunContext) -> None:
        context.stop(LeaseLost)
        raise RuntimeError("too late")

    def returns_late(context: RunContext) -> None:
        context.stop(LeaseLost)

    for handler in (crashes_late, returns_late):
        run = engine.perform(handler, alice, what=handler.__name__)
        assert (run.status, run.outcome) == (RunStatus.RUNNING, None)
    assert not Notification.everywhere.exists()


def test_a_worker_that_must_leave_hands_its_run_on(engine: Engine) -> None:
    """OPS-07: the next worker need not wait for the lease to run out."""

    def told_to_exit(context: RunContext) -> None:
        raise SystemExit(1)

    run = engine.start()
    with pytest.raises(SystemExit):
        engine.work_on(run, told_to_exit)
    assert engine.line.jobs == [run.pk, run.pk]
    engine.clock.move(seconds=1)
    assert engine.claim(run, "worker-2").run.attempt == 2


def test_a_tenant_runs_no_more_at_once_than_it_may(engine: Engine, alice: Any) -> None:
    """OPS-07: a queued run without a slot waits and is put in line again."""
    with override_settings(OPERATIONS_PER_TENANT=2):
        for what in "ab":
            engine.running(alice, what=what)
        waiting = engine.start(alice, what="c")
        answer = engine.service.claim(waiting.pk, owner="w", now=engine.clock())
        assert answer == WaitsForSlot(2)
        run = again(waiting)
        assert (run.status, run.attempt) == (RunStatus.QUEUED, 0)
        assert run.not_before > engine.clock()
        assert engine.line.jobs.count(waiting.pk) == 2


def test_a_waiting_run_gets_its_slot_when_one_is_free(engine: Engine, alice: Any) -> None:
    with override_settings(OPERATIONS_PER_TENANT=1):
        first = engine.running(alice, what="a")
        waiting = engine.start(alice, what="b")
        assert isinstance(engine.service.claim(waiting.pk, owner="w", now=engine.clock()), WaitsForSlot)
        engine.service.finish(first.lease, SUCCEEDED, now=engine.clock())
        engine.clock.move(seconds=4)
        assert isinstance(engine.service.claim(waiting.pk, owner="w", now=engine.clock()), Claimed)


def test_a_run_whose_worker_died_keeps_its_slot_until_it_is_settled(engine: Engine, alice: Any) -> None:
    """The limit holds even while a dead worker's run waits to be taken up again."""
    with override_settings(OPERATIONS_PER_TENANT=1):
        lost = engine.running(alice, what="a")
        waiting = engine.start(alice, what="b")
        engine.lose_the_worker()
        assert isinstance(engine.service.claim(waiting.pk, owner="w", now=engine.clock()), WaitsForSlot)
        assert isinstance(engine.service.claim(lost.run.pk, owner="w", now=engine.clock()), Claimed)
        assert OperationRun.everywhere.running().count() == 1


def test_a_run_is_not_taken_before_its_time(engine: Engine) -> None:
    run = engine.start()
    OperationRun.everywhere.filter(pk=run.pk).update(not_before=engine.clock.move(seconds=60))
    engine.clock.move(seconds=-1)
    assert engine.service.claim(run.pk, owner="w", now=engine.clock()) == NotClaimable()
    engine.clock.move(seconds=1)
    assert isinstance(engine.service.claim(run.pk, owner="w", now=engine.clock()), Claimed)


def test_a_worker_whose_clock_is_behind_cannot_start_a_run_before_it_was_created(engine: Engine) -> None:
    """OPS-04: times stay in order whatever clocks say."""
    run = engine.start()
    engine.clock.move(hours=-1)
    claimed = engine.claim(run)
    assert claimed.run.started_at == run.created_at
    assert engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())
    assert again(run).completed_at == run.created_at
    assert again(run).outcome == RunOutcome.SUCCEEDED


def snapshot(run: OperationRun) -> Any:
    rows = OperationRun.everywhere.filter(pk=run.pk).values().get()
    live = list(RunProgress.objects.filter(run=run).values())
    return rows, live, RunEvent.objects.filter(run=run).count()
