"""Real worker processes of every engine: woken, killed, asked to leave (OPS-07)."""

import os
import signal
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.models import OperationRun, ProcessHeartbeat, RunEvent, RunProgress
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher, Dispatcher
from tenantpilot.operations.results import Claimed
from tenantpilot.operations.states import RunOutcome, RunStatus
from tests.databases import IS_POSTGRESQL
from tests.operations.dispatching.handlers import DEAF, HOLDING, WAITING
from tests.operations.dispatching.processes import freeze, until
from tests.operations.kit import again

LATER = timedelta(hours=1)


def is_over(run: OperationRun) -> bool:
    return again(run).status == RunStatus.COMPLETED


def took_steps(run: OperationRun, *, least: int = 1) -> bool:
    return len(steps_of(run)) >= least


def steps_of(run: OperationRun) -> list[int]:
    return [event.data["number"] for event in RunEvent.objects.filter(run=run, name="step").in_order()]


def began(run: OperationRun) -> bool:
    return RunEvent.objects.filter(run=run, name="began").exists()


def events(run: OperationRun, *names: str) -> list[str]:
    return [event.name for event in RunEvent.objects.filter(run=run, name__in=names).in_order()]


def under_way(dispatcher: Dispatcher) -> int:
    """Jobs that the queue believes to be in somebody's hands."""
    if isinstance(dispatcher, DatabaseDispatcher):
        return int(DBTaskResult.objects.filter(status="RUNNING").count())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
        return int(cursor.fetchone()[0])


def end_other_sessions() -> None:
    """Of this database, by its server: as a restart does, or an operator."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def state(run: OperationRun) -> Any:
    """All that is stored of it."""
    rows = OperationRun.everywhere.filter(pk=run.pk).values().get(), RunProgress.objects.filter(run=run).values().get()
    return rows, [*RunEvent.objects.filter(run=run).in_order().values()]


def cleared_an_hour_later(dispatcher: Dispatcher) -> int:
    """Seen from then, by the clock that the queue goes by."""
    if isinstance(dispatcher, DatabaseDispatcher):
        return dispatcher.clear_lost(older_than=timedelta(seconds=2), now=timezone.now() + LATER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
    return dispatcher.clear_lost(older_than=timedelta(seconds=2), now=timezone.now())


@pytest.mark.parametrize("engine_name", ["procrastinate"] if IS_POSTGRESQL else [], indirect=True)
def test_a_scheduler_whose_clock_is_ahead_strikes_no_living_worker_off_the_list(start, dispatcher, processes):
    """A worker that is not on it can take no job any more."""
    processes.start()
    first = start(what="first")
    until(lambda: is_over(first))
    dispatcher.clear_lost(older_than=timedelta(seconds=2), now=timezone.now() + LATER)
    second = start(what="second")
    until(lambda: is_over(second))


def test_an_idle_worker_wakes_up_for_a_job_and_ends_when_asked(start, processes):
    first = start(what="first")
    worker = processes.start()
    until(lambda: is_over(first))
    second = start(what="second")
    until(lambda: is_over(second))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=300) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_worker_that_is_stopped_as_soon_as_it_is_seen_ends_well(processes, number):
    worker = processes.start(TESTS_STOPPED_WITH=str(int(number)))
    assert worker.wait(timeout=300) == 0
    assert not ProcessHeartbeat.objects.exists()


def test_ops_07_a_killed_workers_run_is_taken_up_where_it_stopped(start, service, dispatcher, processes):
    run = start(what="a", steps=30)
    killed = processes.start()
    until(lambda: took_steps(run, least=3))
    killed.kill()
    killed.wait()
    until(lambda: service.reconcile(now=timezone.now()).taken_up == 1)
    processes.start()
    until(lambda: is_over(run))
    assert again(run).outcome == RunOutcome.SUCCEEDED
    assert steps_of(run) == list(range(30))
    assert events(run, "started", "taken_over") == ["started", "taken_over"]
    until(lambda: under_way(dispatcher) == 1)  # the second worker's job ends after its run; that of the dead one never
    assert cleared_an_hour_later(dispatcher) == 1
    assert cleared_an_hour_later(dispatcher) == 0


def test_a_job_whose_run_is_held_is_not_lost_however_long_it_takes(start, dispatcher, processes):
    run = start(what="a", steps=100)
    processes.start(LEASE_SECONDS="36000")
    until(lambda: took_steps(run))
    assert cleared_an_hour_later(dispatcher) == 0


def test_a_worker_that_is_asked_to_leave_finishes_what_it_can(start, processes):
    run = start(what="a", steps=15)
    worker = processes.start(SHUTDOWN_GRACE_SECONDS="50")
    until(lambda: took_steps(run))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=300) == 0
    assert again(run).outcome == RunOutcome.SUCCEEDED
    assert events(run, "started", "handed_on", "completed") == ["started", "completed"]


def test_what_takes_longer_is_handed_on_at_a_safe_point_and_goes_on_at_once(start, processes):
    """No lease has to run out and no reconciler to look: the second worker is at it while the first still ends."""
    run = start(what="a", steps=60)
    leaving = processes.start(SHUTDOWN_GRACE_SECONDS="1")
    until(lambda: took_steps(run))
    processes.start()
    leaving.send_signal(signal.SIGTERM)
    leaving.send_signal(signal.SIGTERM)
    assert leaving.wait(timeout=300) == 0
    until(lambda: is_over(run))
    assert steps_of(run) == list(range(60))
    assert again(run).outcome == RunOutcome.SUCCEEDED
    assert events(run, "handed_on", "taken_over", "dispatched_again") == ["handed_on", "taken_over"]


def test_what_hears_nothing_is_handed_on_when_the_grace_time_is_over(start, processes):
    run = start(DEAF, what="a", seconds=600)
    leaving = processes.start(SHUTDOWN_GRACE_SECONDS="1")
    until(lambda: began(run))
    processes.start()
    leaving.send_signal(signal.SIGTERM)
    assert leaving.wait(timeout=300) == 0
    until(lambda: is_over(run))
    assert again(run).outcome == RunOutcome.SUCCEEDED
    assert events(run, "handed_on", "taken_over") == ["handed_on", "taken_over"]


def test_ops_07_a_frozen_worker_that_wakes_up_again_can_write_nothing_more(start, service, processes):
    run = start(what="a", steps=30)
    frozen = processes.start()
    until(lambda: took_steps(run, least=3))
    freeze(frozen, run)
    until(lambda: service.reconcile(now=timezone.now()).taken_up == 1)
    processes.start()
    until(lambda: events(run, "taken_over"))
    os.kill(frozen.pid, signal.SIGCONT)
    until(lambda: is_over(run))
    assert steps_of(run) == list(range(30))
    assert RunProgress.objects.get(run=run).checkpoint["data"] == {"number": 30}


@pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no sessions that could be ended")
def test_ops_07_a_worker_whose_sessions_are_ended_goes_on_with_its_run(start, processes):
    """Those of its heartbeat, its queue and its handler, all at once: an attempt is lost, and nothing that was done."""
    run = start(what="a", steps=30)
    worker = processes.start()
    until(lambda: took_steps(run, least=5))
    end_other_sessions()
    until(lambda: is_over(run))
    ended = again(run)
    assert (ended.outcome, ended.attempt, ended.reason_code) == ("succeeded", 2, "")
    assert steps_of(run) == list(range(30))
    assert events(run, "database_lost", "taken_over", "completed")[-2:] == ["taken_over", "completed"]
    assert worker.poll() is None


@pytest.mark.skipif(not IS_POSTGRESQL, reason="on SQLite who is stopped in the middle of a write holds up all writers")
def test_ops_07_who_is_stopped_in_the_middle_of_a_write_keeps_its_run_from_nobody(start, service, processes, tmp_path):
    """Its row is locked until the server ends the session; the lock is gone before the file `go` is there."""
    there, go = tmp_path / "there", tmp_path / "go"
    run = start(HOLDING, what="a", there=str(there), go=str(go))
    stopped = processes.start(IDLE_TRANSACTION_SECONDS="1")
    until(there.exists)
    os.kill(stopped.pid, signal.SIGSTOP)
    until(lambda: service.reconcile(now=timezone.now()).taken_up == 1)
    processes.start()
    until(lambda: is_over(run))
    settled = state(run)
    go.touch()
    os.kill(stopped.pid, signal.SIGCONT)
    stopped.send_signal(signal.SIGTERM)
    assert stopped.wait(timeout=300) == 0
    assert state(run) == settled
    assert events(run, "started", "taken_over", "written", "completed") == [
        "started", "taken_over", "written", "completed",
    ]  # fmt: skip


def test_ops_34_a_run_that_must_wait_holds_up_no_other_run_of_its_worker(start, processes):
    """The one worker does other work meanwhile, and the queue wakes one at the time that was said."""
    waiting = start(WAITING, what="a", seconds=4)
    processes.start(WAIT_HERE_SECONDS="1")
    until(lambda: again(waiting).is_set_aside)
    others = [start(what=what) for what in "bcd"]
    until(lambda: all(is_over(other) for other in others))
    assert again(waiting).is_set_aside
    until(lambda: is_over(waiting))
    ended, told = again(waiting), events(waiting, "started", "set_aside", "resumed", "went_on", "completed")
    assert (ended.outcome, told) == ("succeeded", ["started", "set_aside", "resumed", "went_on", "completed"])
    assert ended.completed_at - ended.started_at >= timedelta(seconds=4)


def test_ops_07_a_lease_that_was_handed_on_is_lost_at_once(service, start):
    """A thread of the worker that leaves must not extend it before the process is gone."""
    run = start(what="a")
    lease = service.claim(run.pk, owner="leaving", now=timezone.now()).lease
    assert service.hand_on(lease, now=timezone.now())
    assert not service.heartbeat(lease, now=timezone.now())
    assert not service.note(lease, "late", {}, now=timezone.now())
    assert not service.finish(lease, Ending(RunOutcome.SUCCEEDED), now=timezone.now())
    assert not service.hand_on(lease, now=timezone.now())
    behind = timezone.now() - timedelta(hours=5)
    assert isinstance(service.claim(run.pk, owner="with a slow clock", now=behind), Claimed)


@pytest.mark.parametrize("handed_on", [3])
def test_handing_on_does_not_use_up_the_attempts(service, start, handed_on):
    """The type allows two attempts; three workers that left in good order cost none of them."""
    run = start(what="a")
    for number in range(handed_on):
        claimed = service.claim(run.pk, owner=str(number), now=timezone.now())
        assert service.hand_on(claimed.lease, now=timezone.now())
    assert again(run).attempt == handed_on
    assert service.reconcile(now=timezone.now()).lost == 0
    service.claim(run.pk, owner="killed", now=timezone.now())
    until(lambda: service.reconcile(now=timezone.now()).taken_up == 1)
    service.claim(run.pk, owner="killed too", now=timezone.now())
    until(lambda: service.reconcile(now=timezone.now()).lost == 1)
    assert again(run).reason_code == "worker_lost"
