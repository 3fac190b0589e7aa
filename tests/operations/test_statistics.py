"""Durations, throughput, and the time left: only as a range, and only with eight like runs."""

from datetime import timedelta

from django.db import connection

from tenantpilot.core.sanitizing import describe
from tenantpilot.operations.lifecycle.outcome import stopped
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.monitoring import statistics
from tenantpilot.operations.monitoring.statistics import TimeLeft, durations, throughput, time_left
from tenantpilot.operations.states import RunOutcome
from tests.operations.kit import NOON, SUCCEEDED, WORK, Engine, again

FAILED = stopped(RunOutcome.FAILED, describe("worker_lost"))


def took(engine, seconds, *, ending=SUCCEEDED, items=10):
    """A run that is over after so many seconds."""
    claimed = engine.running(what=OperationRun.everywhere.count())
    engine.service.progress(claimed.lease, Progress(items, items), now=engine.clock())
    engine.clock.move(seconds=seconds)
    engine.service.finish(claimed.lease, ending, now=engine.clock())


def under_way(engine, *, items=None):
    claimed = engine.running(what="now")
    if items is not None:
        engine.service.progress(claimed.lease, Progress(0, items), now=engine.clock())
    return OperationRun.everywhere.select_related("live", "tenant").get(pk=claimed.run.pk)


def seconds(amount):
    return timedelta(seconds=amount)


def test_durations_are_told_by_type_as_median_and_as_what_is_slow(engine, contoso):
    for each in range(1, 21):
        took(engine, each)
    (row,) = durations(contoso)
    assert (row.type, row.runs, row.median, row.slow) == (WORK.key, 20, seconds(11), seconds(20))


def test_what_failed_or_never_started_says_nothing_of_how_long_it_takes(engine, contoso, alice):
    took(engine, 5, ending=FAILED)
    engine.service.request_cancel(engine.start(what="queued"), actor=alice, now=engine.clock())
    assert durations(contoso) == []


def test_sec_03_durations_and_days_are_those_of_one_tenant(engine, fabrikam, contoso):
    took(Engine(fabrikam, clock=engine.clock), 5)
    assert durations(contoso) == []
    assert sum(day.total for day in throughput(contoso, now=engine.clock())) == 0
    assert sum(day.total for day in throughput(fabrikam, now=engine.clock())) == 1


def test_every_day_has_its_numbers_also_one_without_a_run(engine, contoso):
    took(engine, 1)
    engine.clock.move(days=2)
    took(engine, 1)
    took(engine, 1, ending=FAILED)
    days = throughput(contoso, now=engine.clock(), days=4)
    assert [day.total for day in days] == [0, 1, 0, 2]
    assert days[-1].ended == {"succeeded": 1, "partially_succeeded": 0, "failed": 1, "cancelled": 0}
    assert days[-1].day == engine.clock().date()


def test_a_day_begins_at_midnight_utc(engine, contoso):
    engine.clock.move(hours=11, minutes=59, seconds=58)
    took(engine, 1)
    took(engine, 2)
    assert [day.total for day in throughput(contoso, now=engine.clock(), days=2)] == [1, 1]


def test_what_lies_before_the_first_day_is_left_out(engine, contoso):
    took(engine, 1)
    engine.clock.move(days=30)
    assert sum(day.total for day in throughput(contoso, now=engine.clock(), days=30)) == 0


def test_the_time_left_is_a_range_of_like_runs(engine):
    for each in (60, 62, 64, 66, 68, 70, 72, 74, 90, 400):
        took(engine, each)
    run = under_way(engine, items=10)
    assert time_left(run, now=engine.clock.move(seconds=20)) == TimeLeft(seconds(42), seconds(380))


def test_with_seven_like_runs_there_is_no_estimate(engine):
    for _run in range(7):
        took(engine, 60)
    assert time_left(under_way(engine), now=engine.clock()) is None


def test_runs_of_another_size_are_not_like_it(engine):
    for _run in range(8):
        took(engine, 60, items=1_000)
    assert time_left(under_way(engine, items=10), now=engine.clock()) is None


def test_runs_that_failed_are_not_like_it(engine):
    for _run in range(8):
        took(engine, 60, ending=FAILED)
    assert time_left(under_way(engine), now=engine.clock()) is None


def test_a_run_that_takes_longer_than_the_others_did_has_no_estimate(engine):
    for _run in range(8):
        took(engine, 60)
    run = under_way(engine)
    assert time_left(run, now=engine.clock.move(seconds=59)) is not None
    assert time_left(run, now=engine.clock.move(seconds=2)) is None


def test_the_lower_end_is_never_below_nothing(engine):
    for each in (1, 1, 1, 1, 60, 60, 60, 60):
        took(engine, each)
    run = under_way(engine)
    assert time_left(run, now=engine.clock.move(seconds=30)) == TimeLeft(seconds(0), seconds(30))


def test_what_waits_or_has_ended_has_no_time_left(engine):
    for _run in range(8):
        took(engine, 60)
    assert time_left(again(engine.start(what="queued")), now=engine.clock()) is None
    assert time_left(engine.completed(what="ended"), now=engine.clock()) is None


def test_each_question_is_one_query_of_a_bounded_part(engine, contoso, django_assert_num_queries, monkeypatch):
    for _run in range(9):
        took(engine, 60)
    run = under_way(engine)
    monkeypatch.setattr(statistics, "NEWEST", 4)
    monkeypatch.setattr(statistics, "NEWEST_FOR_DAYS", 5)
    with django_assert_num_queries(3):
        assert durations(contoso)[0].runs == 4
        # The newest five hold the one that is under way.
        assert sum(day.total for day in throughput(contoso, now=engine.clock())) == 4
        assert time_left(run, now=engine.clock()) is not None


def test_like_runs_are_found_by_the_index_of_tenant_and_type(contoso):
    """Among many of another type: of an empty table a planner holds every index for equally good."""
    OperationRun.everywhere.bulk_create(
        [
            OperationRun(
                workspace_id=contoso.workspace_id,
                tenant=contoso,
                type="inventory_sync" if number % 50 == 0 else "connection_check",
                identity=str(number),
                queue="bulk",
                created_at=NOON,
                dispatched_at=NOON,
            )
            for number in range(3_000)
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE operation_runs")
    runs = OperationRun.everywhere.of_tenant(contoso).of_type("inventory_sync").newest_first()
    plan = runs.values_list("started_at", "completed_at")[:200].explain()
    assert "operation_run_of_type_ix" in plan
