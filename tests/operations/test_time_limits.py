"""How long a run may take, over all its attempts: by the time its workers spent, whatever any clock says (OPS-07)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.run_context import RunContext, TimeLimitExceeded
from tenantpilot.operations.workers.ticker import Ticker
from tests.operations.kit import SUCCEEDED, WORK, Engine, again, limited
from tests.operations.test_clocks import look

pytestmark = pytest.mark.contract

LIMIT = WORK.limits.seconds
SECONDS = st.floats(0, LIMIT / 2).map(lambda seconds: round(seconds, 3))
HOURS = st.sampled_from([0, 0, -25, -1, 1, 25, 24 * 365])
ATTEMPTS = st.lists(st.tuples(st.lists(st.tuples(SECONDS, HOURS), max_size=4), st.booleans()), max_size=5)


class Worker:
    """One attempt: what passes for it, and the ticker beside its handler, which beats at every tick."""

    def __init__(self, engine: Engine, run: OperationRun) -> None:
        claimed = engine.claim(run)
        self.lease, self.passed = claimed.lease, 1_000.0
        self.context = RunContext(
            claimed.run, WORK, claimed.lease, engine.service, engine.clock, ticks=lambda: self.passed
        )
        self.ticker = Ticker(self.context, self.lease, engine.service, clock=engine.clock)

    def work(self, seconds: float = 0) -> None:
        self.passed += seconds
        with override_settings(OPERATIONS_HEARTBEAT_SECONDS=0):
            self.ticker.tick()

    @property
    def is_told_to_end(self) -> bool:
        return self.context.must_stop is TimeLimitExceeded


@contextmanager
def forgotten() -> Iterator[None]:
    """What is done inside never was: for one example after another."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(attempts=ATTEMPTS)
def test_only_time_that_was_spent_ends_a_run_however_the_clocks_jump(ticking: Engine, attempts: list[Any]) -> None:
    """OPS-07: each attempt dies or is handed on; the limit goes by the sum of what they took."""
    with forgotten(), limited(attempts=1_000):
        run, spent = ticking.start(), 0.0
        for steps, dies in attempts:
            worker = Worker(ticking, run)
            spent = attempted(ticking, worker, steps, spent)
            assert again(run).seconds_spent == pytest.approx(spent)
            if not dies:
                assert ticking.service.hand_on(worker.lease, now=ticking.clock(), seconds_spent=spent)
            assert any(done.timed_out for done in look(ticking, seconds=80, every=20)) is (spent >= LIMIT)
            if spent >= LIMIT:
                break
        assert again(run).reason_code == ("time_limit_exceeded" if spent >= LIMIT else "")


def attempted(engine: Engine, worker: Worker, steps: list[tuple[float, int]], spent: float) -> float:
    """The time spent after the attempt, which is told to stop at the limit and not before."""
    for seconds, hours in steps:
        engine.clock.move(hours=hours)
        worker.work(seconds)
        spent = round(spent + seconds, 3)
        assert worker.is_told_to_end is (spent >= LIMIT)
        if worker.is_told_to_end:
            break
    return spent


def test_a_worker_that_hears_nothing_is_ended_by_the_reconciler(ticking: Engine, alice: Any) -> None:
    """OPS-07: past the limit its run is kept alive no more, and its worker has said why."""
    run = ticking.start(alice)
    deaf = Worker(ticking, run)
    deaf.work(LIMIT)
    for _second in range(8):
        look(ticking, every=10)
        deaf.work(10)
    ended = again(run)
    assert (ended.reason_code, ended.seconds_spent) == ("time_limit_exceeded", LIMIT)
    assert f"{LIMIT} seconds" in ended.message
    assert not ticking.service.finish(deaf.lease, SUCCEEDED, now=ticking.clock())


def test_the_silence_of_a_dead_worker_is_no_time_spent(ticking: Engine) -> None:
    """OPS-07: its run is taken up again, whatever the clock says meanwhile."""
    run = ticking.start()
    Worker(ticking, run).work(LIMIT - 30)
    ticking.clock.move(hours=25)
    assert sum(done.taken_up for done in look(ticking, seconds=80)) == 1
    second = Worker(ticking, run)
    second.work(29)
    assert not second.is_told_to_end
    second.work(1)
    assert second.is_told_to_end


def test_waiting_in_line_between_two_attempts_is_no_time_spent(ticking: Engine) -> None:
    """OPS-07."""
    run = ticking.start()
    first = Worker(ticking, run)
    assert ticking.service.hand_on(first.lease, now=ticking.clock(), seconds_spent=7.5)
    look(ticking, seconds=2 * LIMIT, every=30)
    second = Worker(ticking, run)
    second.work(2.5)
    assert not second.is_told_to_end
    assert again(run).seconds_spent == 10


def test_the_ending_says_how_long_it_took_and_a_lower_figure_takes_nothing_back(ticking: Engine) -> None:
    """OPS-07."""
    claimed = ticking.running()
    for seconds, kept in ((5, 5), (3, 5), (0, 5), (8, 8)):
        assert ticking.service.heartbeat(claimed.lease, now=ticking.clock(), seconds_spent=seconds)
        assert again(claimed.run).seconds_spent == kept
    assert ticking.service.finish(claimed.lease, SUCCEEDED, now=ticking.clock())
    assert again(claimed.run).seconds_spent == 8
