"""The thread beside the handlers: lease, progress and cancel, on a real committed database (OPS-07, OPS-21)."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test import override_settings
from django.utils import timezone

from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.lifecycle.checkpoints import Kept
from tenantpilot.operations.models import OperationRun, RunProgress
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.operations.workers.ticker import Ticker
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.operations.kit import WORK, Engine, again, limited, work_is

pytestmark = pytest.mark.contract


@pytest.fixture
def live(own_database: OwnDatabase, engine: Engine) -> Iterator[Engine]:
    with override_settings(OPERATIONS_TICK_SECONDS=0.02, OPERATIONS_HEARTBEAT_SECONDS=0.02):
        engine.clock = timezone.now  # type: ignore[assignment]
        yield engine


def until(question: Any, seconds: float = 20) -> None:
    ends_at = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < ends_at, "it did not happen in time"
        time.sleep(0.01)


def perform(engine: Engine, handler: Any, alice: Any) -> OperationRun:
    run = engine.start(alice)
    with work_is(handler):
        Runner(engine.service).execute(run.pk)
    return again(run)


def test_progress_and_lease_are_kept_while_the_handler_works(live: Engine, alice: Any) -> None:
    """OPS-07, OPS-21."""
    seen: list[Any] = []

    def handler(context: RunContext) -> None:
        began = again(OperationRun(pk=context.run_id)).lease_expires_at
        context.progress(3, 9)
        until(lambda: RunProgress.objects.filter(run_id=context.run_id, processed=3, total=9).exists())
        until(lambda: again(OperationRun(pk=context.run_id)).lease_expires_at > began)
        seen.append(True)

    assert perform(live, handler, alice).outcome == "succeeded"
    assert seen


def test_a_cancel_reaches_the_handler(live: Engine, alice: Any, bob: Any) -> None:
    """OPS-07."""

    def handler(context: RunContext) -> None:
        live.service.request_cancel(
            OperationRun(pk=context.run_id, workspace_id=live.tenant.workspace_id), actor=bob, now=timezone.now()
        )
        until(lambda: context.cancelled)
        context.progress(1, 2)

    assert perform(live, handler, alice).outcome == "cancelled"


def test_a_takeover_reaches_the_handler(live: Engine, alice: Any) -> None:
    """OPS-07."""

    def handler(context: RunContext) -> None:
        with override_settings(OPERATIONS_HEARTBEAT_SECONDS=3_600):
            live.service.redispatch(OperationRun.everywhere.get(pk=context.run_id), now=timezone.now())
            live.service.claim(context.run_id, owner="worker-2", now=timezone.now())
            until(lambda: context.lost)

    run = perform(live, handler, alice)
    assert (run.status, run.lease_owner) == ("running", "worker-2")


def test_the_time_limit_reaches_the_handler(live: Engine, alice: Any) -> None:
    """OPS-07."""

    def handler(context: RunContext) -> None:
        until(lambda: context.cancelled)
        context.progress(1, 2)

    with limited(seconds=0):
        assert perform(live, handler, alice).reason_code == "time_limit_exceeded"


@pytest.mark.parametrize("hours", [-25, 25])
def test_a_run_that_is_taken_up_where_the_clock_is_wrong_has_the_time_it_had(
    live: Engine, alice: Any, hours: int
) -> None:
    """OPS-07: what the clock says between two attempts is no time spent."""

    def handler(context: RunContext) -> None:
        context.progress(1, 2)
        until(lambda: again(OperationRun(pk=context.run_id)).seconds_spent > 0 or context.cancelled)
        context.progress(2, 2)

    run = live.start(alice)
    first = live.service.claim(run.pk, owner="worker-1", now=timezone.now())
    assert live.service.hand_on(first.lease, now=timezone.now())
    elsewhere = lambda: timezone.now() + timedelta(hours=hours)  # noqa: E731
    with work_is(handler):
        Runner(live.service, elsewhere).execute(run.pk)
    assert again(run).outcome == "succeeded"
    assert 0 < again(run).seconds_spent < WORK.limits.seconds


def test_one_thread_ticks_for_all_runs_of_the_process(live: Engine, alice: Any) -> None:
    """However many runs there were: no thread and no connection is left behind for each."""

    def handler(context: RunContext) -> None:
        context.progress(1, 2)
        until(lambda: RunProgress.objects.filter(run_id=context.run_id, processed=1).exists())

    for _run in range(3):
        perform(live, handler, alice)
    assert [thread.name for thread in threading.enumerate()].count("heart") == 1
    assert connection.is_usable()


def test_what_a_worker_says_while_its_run_is_given_up_is_on_the_record_or_refused(
    live: Engine, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-07: it wakes up between the reconciler's last look at its checkpoint and the ending."""
    from tenantpilot.operations.lifecycle import reconciler

    with limited(attempts=1):
        claimed = live.running(alice)
        said: list[bool] = []

        def speak() -> None:
            kept = Kept(None, {"created": 7}, []).as_json()
            said.append(live.service.checkpoint(claimed.lease, kept, now=timezone.now()))
            connection.close()

        worker = threading.Thread(target=speak)
        real = reconciler._last_known

        def last_known(run: OperationRun) -> Any:
            found = real(run)
            worker.start()
            worker.join(timeout=0.5)
            return found

        monkeypatch.setattr(reconciler, "_last_known", last_known)
        monkeypatch.setattr(live.watch, "look", lambda signs: dict.fromkeys(signs, 3_600.0))
        live.reconcile()
    worker.join(timeout=30)
    assert (again(claimed.run).reason_code, said) == ("worker_lost", [False])


@pytest.mark.skipif(IS_POSTGRESQL, reason="PostgreSQL keeps no heartbeat out until the run's own row is written")
def test_a_long_write_on_sqlite_does_not_cost_a_worker_its_run(
    live: Engine, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-07: the heart cannot write, but nor can anybody else; the checkpoint gives the sign of life in its place."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
    unheard: list[float] = []
    real = Ticker._give_up_if_unheard
    monkeypatch.setattr(Ticker, "_give_up_if_unheard", lambda ticker: (unheard.append(time.monotonic()), real(ticker)))

    def handler(context: RunContext) -> None:
        with transaction.atomic():
            before = again(OperationRun(pk=context.run_id))
            until(lambda: unheard and unheard[-1] - unheard[0] > 2 * settings.OPERATIONS_LEASE_SECONDS)
            assert not context.lost
            context.checkpoint(ItemsCheckpoint(1))
            assert again(before).lease_expires_at > before.lease_expires_at
        assert not live.service.redispatch(before, now=timezone.now())

    with override_settings(OPERATIONS_LEASE_SECONDS=0.5):
        assert perform(live, handler, alice).outcome == "succeeded"


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has one lock for all that is written")
def test_a_heartbeat_does_not_wait_behind_a_write_of_its_own_worker(live: Engine) -> None:
    """OPS-07: suspended now, the worker would give a sign of life when its session is ended, long after it was gone."""
    claimed = live.running()
    holds, goes_on = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            live.service.checkpoint(claimed.lease, {"data": 1}, now=timezone.now())
            holds.set()
            goes_on.wait(120)
        connection.close()

    handler = threading.Thread(target=write)
    handler.start()
    try:
        assert holds.wait(20)
        with pytest.raises(OperationalError):
            live.service.heartbeat(claimed.lease, now=timezone.now())
        assert handler.is_alive()
    finally:
        goes_on.set()
        handler.join()
    assert live.service.heartbeat(claimed.lease, now=timezone.now())


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has one lock for all that is written")
def test_a_worker_suspended_in_the_middle_of_a_write_does_not_hold_up_the_other_runs(live: Engine) -> None:
    """OPS-07: the reconciler passes by what it cannot lock, and comes back."""
    stuck, other = live.running(what="a").run, live.running(what="b").run
    holds, goes_on = threading.Event(), threading.Event()

    def be_suspended() -> None:
        with transaction.atomic():
            OperationRun.everywhere.filter(pk=stuck.pk).update(context={"seen": True})
            holds.set()
            goes_on.wait(60)
        connection.close()

    worker = threading.Thread(target=be_suspended)
    worker.start()
    assert holds.wait(20)
    live.watch.look = lambda signs: dict.fromkeys(signs, 3_600.0)  # type: ignore[method-assign]
    try:
        assert (live.reconcile().taken_up, live.line.jobs) == (1, [stuck.pk, other.pk, other.pk])
    finally:
        goes_on.set()
        worker.join()
    live.reconcile()
    assert live.line.jobs.count(stuck.pk) == 2
