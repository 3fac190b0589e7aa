"""Clocks that are wrong or jump: no healthy run is taken from its worker, and no lost one is left hanging (OPS-07)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tenantpilot.operations.lifecycle.silence import Watch
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import Claimed, NotClaimable, Settled, WaitsForSlot
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome, RunStatus
from tests.operations.kit import SUCCEEDED, Engine, again

pytestmark = pytest.mark.contract

WRONG = pytest.mark.parametrize("hours", [-24, -1, 1, 24, 24 * 365])
LEASE = 60


@contextmanager
def wrong_by(engine: Engine, hours: float) -> Iterator[None]:
    """What is done inside is done on a machine whose clock is wrong; no time passes."""
    engine.clock.move(hours=hours)
    try:
        yield
    finally:
        engine.clock.move(hours=-hours)


def look(engine: Engine, *, every: float = 10, seconds: float = 0, hours: float = 0) -> list[Settled]:
    """The reconciler's passes while so much time passes, by a clock that is wrong by so many hours."""
    passes = []
    for _pass in range(int(seconds / every) + 1):
        with wrong_by(engine, hours):
            passes.append(engine.reconcile())
        engine.clock.move(seconds=every)
        engine.passed += every  # type: ignore[attr-defined]
    return passes


@WRONG
def test_a_reconciler_whose_clock_is_wrong_takes_no_healthy_run(ticking: Engine, hours: float) -> None:
    """OPS-07."""
    claimed = ticking.running()
    for _beat in range(20):
        assert look(ticking, seconds=15, hours=hours) == [Settled()] * 2
        assert ticking.service.heartbeat(claimed.lease, now=ticking.clock())
    assert ticking.service.finish(claimed.lease, SUCCEEDED, now=ticking.clock())


@WRONG
def test_a_worker_whose_clock_is_wrong_takes_no_healthy_run(ticking: Engine, hours: float) -> None:
    """OPS-07: a duplicate delivery to it does nothing."""
    claimed = ticking.running()
    with wrong_by(ticking, hours):
        assert ticking.service.claim(claimed.run.pk, owner="w2", now=ticking.clock()) == NotClaimable()
    assert ticking.service.heartbeat(claimed.lease, now=ticking.clock())


@WRONG
def test_a_healthy_worker_whose_clock_is_wrong_keeps_its_run(ticking: Engine, hours: float) -> None:
    """OPS-07: only that its heartbeat changes the row counts, not what it says of the time."""
    run = ticking.start()
    with wrong_by(ticking, hours):
        claimed = ticking.claim(run)
    for _beat in range(20):
        assert look(ticking, seconds=15) == [Settled()] * 2
        with wrong_by(ticking, hours):
            assert ticking.service.heartbeat(claimed.lease, now=ticking.clock())


@pytest.mark.parametrize("jumps", [[1, -1], [24, 24], [-1, 1, -24, 24]])
def test_a_clock_that_jumps_to_and_fro_under_both_of_them_changes_nothing(ticking: Engine, jumps: list[int]) -> None:
    """OPS-07: as when a machine sets its time, or wakes up."""
    claimed = ticking.running()
    for hours in jumps * 5:
        ticking.clock.move(hours=hours)
        assert look(ticking, seconds=15) == [Settled()] * 2
        assert ticking.service.heartbeat(claimed.lease, now=ticking.clock())


@WRONG
def test_an_orphan_of_a_worker_whose_clock_was_wrong_is_taken_up_in_time(ticking: Engine, hours: float) -> None:
    """OPS-07: within a lease and two passes, though its lease says it holds for a year."""
    run = ticking.start()
    with wrong_by(ticking, hours):
        ticking.claim(run)
    longest = settings.OPERATIONS_LEASE_SECONDS + 2 * settings.OPERATIONS_RECONCILE_SECONDS
    assert sum(done.taken_up for done in look(ticking, seconds=longest)) == 1
    assert isinstance(ticking.service.claim(run.pk, owner="w2", now=ticking.clock()), Claimed)


@WRONG
def test_a_lost_job_is_put_in_line_again_whoever_wrote_the_time(ticking: Engine, hours: float) -> None:
    """OPS-07: started by a web process whose clock is wrong, and lost by the queue."""
    with wrong_by(ticking, hours):
        run = ticking.start()
    assert sum(done.dispatched for done in look(ticking, seconds=80)) >= 1
    assert ticking.line.jobs.count(run.pk) == 2


def test_wrong_clocks_that_disagree_do_not_flood_the_queue(ticking: Engine) -> None:
    """Each puts it in line by a time that the other cannot believe; both must see it there first."""
    run = ticking.start()
    other = Watch(lambda: ticking.passed)  # type: ignore[attr-defined]
    for _pass in range(360):
        look(ticking)
        with wrong_by(ticking, -1):
            OperationRunService(ticking.line, other).reconcile(now=ticking.clock())
    assert ticking.line.jobs.count(run.pk) <= 12


def test_a_run_put_off_by_a_clock_that_was_wrong_does_not_wait_for_that_time(ticking: Engine) -> None:
    """OPS-07."""
    with override_settings(OPERATIONS_PER_TENANT=1):
        first, second = ticking.running(what="a"), ticking.start(what="b")
        with wrong_by(ticking, 24):
            assert isinstance(ticking.service.claim(second.pk, owner="w", now=ticking.clock()), WaitsForSlot)
        ticking.service.finish(first.lease, SUCCEEDED, now=ticking.clock())
        look(ticking, seconds=80)
        assert isinstance(ticking.service.claim(second.pk, owner="w", now=ticking.clock()), Claimed)


@WRONG
def test_the_grace_of_a_cancel_is_kept_whatever_the_clocks_say(ticking: Engine, alice: Any, hours: float) -> None:
    """OPS-07: not forced before it is over, and forced when it is."""
    claimed = ticking.running()
    ticking.service.request_cancel(claimed.run, actor=alice, now=ticking.clock())
    assert sum(done.cancelled for done in look(ticking, seconds=30, hours=hours)) == 0
    assert sum(done.cancelled for done in look(ticking, seconds=10, hours=hours)) == 1
    assert again(claimed.run).outcome == RunOutcome.CANCELLED


def test_processes_that_were_suspended_together_are_not_taken_for_silent(ticking: Engine) -> None:
    """OPS-07: the reconciler wakes up a moment before the worker; a long pause of its own proves nothing."""
    claimed = ticking.running()
    look(ticking, seconds=20)
    ticking.passed += 3_600  # type: ignore[attr-defined]
    assert look(ticking) == [Settled()]
    assert ticking.service.heartbeat(claimed.lease, now=ticking.clock())
    assert look(ticking, seconds=50) == [Settled()] * 6


def test_a_reconciler_that_has_just_begun_has_seen_nobody_be_silent(ticking: Engine) -> None:
    """OPS-07: it watches for a lease before it takes a run away, however old the row looks."""
    claimed = ticking.running()
    ticking.clock.move(hours=1)
    fresh = OperationRunService(ticking.line, Watch(lambda: ticking.passed))  # type: ignore[attr-defined]
    assert fresh.reconcile(now=ticking.clock()) == Settled()
    assert OperationRun.everywhere.get(pk=claimed.run.pk).status == RunStatus.RUNNING
