"""What a scheduler and a sign of life do, step by step; their processes are in test_deployment."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenantpilot.cli.processes.child import Child, ChildSpec
from tenantpilot.cli.processes.supervisor import Supervisor
from tenantpilot.cli.work.heartbeat import Heartbeat, forget_dead_processes
from tenantpilot.cli.work.periodic import Duty, duties
from tenantpilot.cli.work.scheduler import Scheduler
from tenantpilot.operations.models import ProcessHeartbeat
from tests.cli.kit import until


class Ticks:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def scheduler():
    """scheduler(name=(every, error)) with what it did, in order, and its clock."""
    done: list[str] = []
    ticks = Ticks()

    def duty(name: str, every: float, error: Exception | None) -> Duty:
        def do(_now) -> None:
            done.append(name)
            if error:
                raise error

        return Duty(name, every, do)

    def make(**duties):
        return Scheduler([duty(name, *parts) for name, parts in duties.items()], ticks=ticks), done, ticks

    return make


def test_every_duty_is_done_at_once_and_then_when_it_is_due(database, scheduler):
    one, done, ticks = scheduler(often=(2, None), seldom=(5, None))
    assert one.do_what_is_due() == 2
    ticks.now = 2.5
    assert one.do_what_is_due() == 2
    ticks.now = 5
    one.do_what_is_due()
    assert done == ["often", "seldom", "often", "often", "seldom"][: len(done)]
    assert done.count("seldom") == 2


@pytest.mark.parametrize("error", [ValueError("a bug"), DatabaseError("away")])
def test_a_duty_that_fails_stops_no_other_and_is_tried_again(database, scheduler, error):
    one, done, ticks = scheduler(broken=(2, error), sound=(2, None))
    one.do_what_is_due()
    ticks.now = 2
    one.do_what_is_due()
    assert done == ["broken", "sound"] * 2


def test_a_long_duty_is_done_in_parts_with_the_others_in_between(database):
    ticks, done, left = Ticks(), [], [3]

    def prune(_now) -> bool:
        done.append("part")
        left[0] -= 1
        return left[0] > 0

    scheduler = Scheduler(
        [Duty("long", 600, prune), Duty("other", 0.05, lambda _now: done.append("other"))], ticks=ticks
    )
    for _pass in range(4):
        ticks.now += scheduler.do_what_is_due() + 0.1
    assert done == ["part", "other"] * 3 + ["other"]


def test_many_old_jobs_are_pruned_beside_the_other_duties(own_database):
    """Half a thousand rows at a time, whatever there are: what is long is done in parts."""
    now, ticks, others = timezone.now(), Ticks(), []
    old = now - timedelta(days=2)
    row = {"task_path": "x", "args_kwargs": {}, "backend_name": "default", "status": "SUCCESSFUL", "run_after": old}
    row |= {"enqueued_at": old, "started_at": old, "finished_at": old, "exception_class_path": "", "traceback": ""}
    DBTaskResult.objects.bulk_create([DBTaskResult(**row) for _number in range(2_200)])
    pruning = next(duty for duty in duties() if duty.name == "prune_jobs")
    scheduler = Scheduler(
        [pruning, Duty("other", 0.05, lambda _now: others.append(DBTaskResult.objects.count()))], ticks=ticks
    )
    while DBTaskResult.objects.exists():
        ticks.now += scheduler.do_what_is_due() + 0.1
    assert others == [1_700, 1_200, 700, 200, 0]


def test_every_duty_can_be_done_in_an_empty_installation(database):
    for duty in duties():
        duty.do(timezone.now())


def test_a_process_is_seen_while_it_lives_and_gone_when_it_ends_well(own_database, settings):
    settings.OPERATIONS_HEARTBEAT_SECONDS = 0.05
    with Heartbeat("worker", "interactive,bulk"):
        first = ProcessHeartbeat.objects.get()
        assert (first.role, first.queues) == ("worker", "interactive,bulk")
        until(lambda: ProcessHeartbeat.objects.get().seen_at > first.seen_at)
        assert ProcessHeartbeat.objects.get().started_at == first.started_at
    assert not ProcessHeartbeat.objects.exists()


def test_a_sign_of_life_that_cannot_be_written_is_tried_again(own_database, settings, monkeypatch):
    settings.OPERATIONS_HEARTBEAT_SECONDS = 0.05
    with Heartbeat("worker") as heart:
        failures = iter([DatabaseError("away")] * 3)
        beat = heart.beat

        def fail_first() -> None:
            for failure in failures:
                raise failure
            beat()

        monkeypatch.setattr(heart, "beat", fail_first)
        before = ProcessHeartbeat.objects.get().seen_at
        until(lambda: ProcessHeartbeat.objects.get().seen_at > before)


def test_a_sign_of_life_that_comes_after_the_end_does_not_bring_the_process_back(own_database):
    """It hung at the database while its process withdrew."""
    with Heartbeat("worker") as heart:
        pass
    heart.beat()
    assert not ProcessHeartbeat.objects.exists()


def test_a_process_that_is_told_to_end_while_it_starts_leaves_no_row(own_database):
    heart = Heartbeat("web")
    heart.beat()
    heart.stop()
    assert not ProcessHeartbeat.objects.exists()


def test_processes_that_died_a_while_ago_are_forgotten(database):
    now = timezone.now()
    for name, age in (("lately", timedelta(minutes=5)), ("long ago", timedelta(hours=2))):
        ProcessHeartbeat.objects.create(name=name, role="worker", started_at=now - age, seen_at=now - age)
    assert forget_dead_processes(now) == 1
    assert ProcessHeartbeat.objects.get().name == "lately"


def test_a_child_that_cannot_be_started_now_is_tried_again():
    """A machine that is short of memory for a moment must not cost the whole family."""
    told: list[str] = []
    child = Child(ChildSpec("missing", ["/nonexistent/program"]))
    supervisor = Supervisor(grace_seconds=1, tell=told.append)
    supervisor._look_after(child)
    assert told == ["missing could not be started: No such file or directory"]
    assert not child.is_due
    assert child.starts_at > 0
