"""Retention removes old runs by type and outcome, in chunks, never active ones, as an operation of its own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from tenantpilot.core.sanitizing import describe
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.items.working import Item, work_through
from tenantpilot.operations.lifecycle.outcome import Ending, stopped
from tenantpilot.operations.models import DailySlot, Notification, OperationRun, RunEvent, RunItem, RunProgress
from tenantpilot.operations.operations import OPERATION_RETENTION
from tenantpilot.operations.retention import purging
from tenantpilot.operations.retention.rules import Rules, configured
from tenantpilot.operations.retention.services import start_daily
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import NoInputs
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant, Workspace
from tests.databases import IS_POSTGRESQL
from tests.operations.kit import SUCCEEDED, WORK, Engine, QueueIsDown, WorkInputs

pytestmark = pytest.mark.contract

KEEP = {"succeeded": 30, "partially_succeeded": 60, "failed": 90, "cancelled": 10}
FAILED = stopped(RunOutcome.FAILED, describe("worker_lost"))


@pytest.fixture(autouse=True)
def keep():
    with override_settings(OPERATIONS_KEEP_DAYS=KEEP):
        yield


@pytest.fixture
def aged(engine):
    """aged(40) completes a run as it was 40 days ago."""

    def complete(days, ending=SUCCEEDED, initiator=None, on=engine):
        on.clock.move(days=-days)
        run = on.completed(initiator, ending, what=f"{days} {OperationRun.everywhere.count()}")
        on.clock.move(days=days)
        return run

    return complete


@pytest.fixture
def retention(engine, northwind):
    """retention() starts it as the scheduler does, and lets a worker do it."""

    def start():
        answer = engine.service.start(
            OPERATION_RETENTION, tenant=None, workspace=northwind, initiator=None, inputs=NoInputs(), now=engine.clock()
        )
        settle_constraints()
        Runner(engine.service, engine.clock).execute(answer.run.pk)
        return OperationRun.everywhere.get(pk=answer.run.pk)

    return start


def settle_constraints():
    """Runs end and are removed in one transaction here: what PostgreSQL checks at its end is checked now."""
    if IS_POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def left():
    return set(OperationRun.everywhere.of_type(WORK.key))


@pytest.mark.parametrize("outcome", list(RunOutcome))
def test_a_run_is_kept_as_many_days_as_its_outcome_says(aged, retention, outcome):
    ending = Ending(outcome, {"processed": 1}) if outcome in {"succeeded", "partially_succeeded"} else FAILED
    ending = Ending(outcome, ending.counts, [], ending.reason_code, ending.message)
    old, young = aged(KEEP[outcome] + 1, ending), aged(KEEP[outcome] - 1, ending)
    assert retention().summary_counts == {"deleted": 1}
    assert left() == {young}
    assert old not in left()


def test_a_type_may_be_kept_otherwise(aged, retention):
    aged(8)
    with override_settings(OPERATIONS_KEEP_DAYS={**KEEP, f"{WORK.key}.succeeded": 7}):
        assert retention().summary_counts == {"deleted": 1}


def test_an_active_run_is_never_removed_however_old(engine, aged, retention):
    """OPS-07."""
    engine.clock.move(days=-1000)
    queued, running = engine.start(what="queued"), engine.running(what="running").run
    engine.clock.move(days=1000)
    aged(500)
    retention()
    assert left() == {queued, running}


def test_the_database_refuses_to_remove_an_active_run_even_through_the_gate(engine):
    """OPS-04."""
    run = engine.running(what=1).run
    with pytest.raises(IntegrityError, match="operation_run_purge_gate"), transaction.atomic(), purging.gate_open():
        OperationRun.everywhere.filter(pk=run.pk)._raw_delete("default")


def test_what_hangs_on_a_run_goes_with_it_and_nothing_else(engine, aged, retention, alice):
    def handler(run):
        work_through(run, find=lambda run: [Item("a", "A")], work=lambda run, item: None)

    kept = engine.perform(handler, alice, what="kept")
    engine.clock.move(days=-100)
    engine.perform(handler, alice, what="old")
    engine.clock.move(days=100)
    retention()
    assert left() == {kept}
    of_work = {"run__type": WORK.key}
    assert set(Notification.everywhere.values_list("run_id", flat=True)) == {kept.pk}
    assert set(RunItem.objects.values_list("run_id", flat=True)) == {kept.pk}
    assert set(RunEvent.objects.filter(**of_work).values_list("run_id", flat=True)) == {kept.pk}
    assert set(RunProgress.objects.filter(**of_work).values_list("run_id", flat=True)) == {kept.pk}


def test_a_retry_outlives_the_run_that_it_repeats(engine, aged, retention):
    old = aged(100)
    retry = engine.service.start(
        WORK, tenant=engine.tenant, initiator=None, inputs=WorkInputs("again"), now=engine.clock(), retry_of=old
    ).run
    engine.service.finish(engine.claim(retry).lease, SUCCEEDED, now=engine.clock())
    retention()
    assert left() == {retry}
    assert OperationRun.everywhere.get(pk=retry.pk).retry_of is None


def test_a_policy_outlives_the_run_that_saw_it(aged, retention, contoso, now):
    old = aged(100)
    Policy.everywhere.create(
        workspace_id=contoso.workspace_id, tenant=contoso, type="settingsCatalog", graph_id="p", name="P",
        content_hash="x", first_seen_at=now, last_seen_at=now, changed_at=now, last_seen_run=old,
    )  # fmt: skip
    retention()
    assert Policy.everywhere.get().last_seen_run is None


def test_sec_03_another_workspace_keeps_its_runs(engine, aged, retention):
    other = Workspace.objects.create(slug="other", name="Other")
    place = Tenant.everywhere.create(
        workspace=other, slug="other", name="O", entra_tenant_id="33333333-3333-4333-8333-333333333333"
    )
    theirs = aged(500, on=Engine(place, line=engine.line, clock=engine.clock))
    aged(500)
    assert retention().summary_counts == {"deleted": 1}
    assert left() == {theirs}


def test_ops_23_nobody_is_told(aged, retention):
    aged(100)
    run = retention()
    assert (run.outcome, run.tenant, run.initiator) == ("succeeded", None, None)
    assert not Notification.everywhere.exists()


def test_the_gate_is_closed_again_in_the_same_transaction(engine, aged, retention):
    young = aged(1)
    aged(100)
    retention()
    with pytest.raises(IntegrityError, match="operation_event_purge_gate"), transaction.atomic():
        OperationRun.everywhere.filter(pk=young.pk).delete()


def test_windows_follow_one_another_to_the_end(aged, retention, monkeypatch):
    monkeypatch.setattr(purging, "WINDOW", 3)
    for days, ending in ((100, SUCCEEDED), (50, FAILED), (50, FAILED), (50, FAILED), (40, SUCCEEDED), (40, FAILED)):
        aged(days, ending)
    kept = [aged(days) for days in (20, 20, 2)]
    assert retention().summary_counts == {"deleted": 2}
    assert len(left()) == 4 + len(kept)


def test_ops_07_a_worker_that_takes_over_goes_on_behind_the_last_window(engine, aged, northwind, monkeypatch):
    monkeypatch.setattr(purging, "WINDOW", 2)
    for _number in range(6):
        aged(100)
    run = engine.service.start(
        OPERATION_RETENTION, tenant=None, workspace=northwind, initiator=None, inputs=NoInputs(), now=engine.clock()
    ).run
    seen = []
    monkeypatch.setattr("tenantpilot.operations.retention.handlers.next_window", second_dies(seen))
    with pytest.raises(Power):
        Runner(engine.service, engine.clock).execute(run.pk)
    assert len(left()) == 4
    engine.lose_the_worker()
    Runner(engine.service, engine.clock).execute(run.pk)
    assert OperationRun.everywhere.get(pk=run.pk).summary_counts == {"deleted": 6}
    assert seen == sorted(set(seen))


class Power(BaseException):
    """The machine goes off."""


def second_dies(seen):
    def next_window(workspace_id, rules, *, after, now):
        if len(seen) == 1:
            seen.append(after)
            raise Power
        if after not in seen:
            seen.append(after)
        return purging.next_window(workspace_id, rules, after=after, now=now)

    return next_window


def test_a_window_costs_a_handful_of_statements(aged, northwind, engine, django_assert_max_num_queries):
    for _number in range(30):
        aged(100)
    window = purging.next_window(northwind.pk, configured(), after=0, now=engine.clock())
    fields = OperationRun._meta.get_fields(include_hidden=True)
    tables_that_point_at_runs = {field.related_model for field in fields if field.auto_created and not field.concrete}
    with django_assert_max_num_queries(10 + len(tables_that_point_at_runs)), transaction.atomic():
        assert purging.purge(window) == 30


def test_a_history_that_is_all_young_costs_one_query(aged, northwind, engine, django_assert_num_queries):
    aged(1)
    with django_assert_num_queries(1):
        assert purging.next_window(northwind.pk, configured(), after=0, now=engine.clock()) is None


def test_a_window_is_read_by_the_index_of_the_workspace(northwind):
    runs = OperationRun.everywhere.filter(workspace_id=northwind.pk, pk__gt=5).oldest_first()
    with connection.cursor() as cursor:
        if IS_POSTGRESQL:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    plan = runs.values_list("pk", "type", "outcome", "completed_at", "created_at")[:500].explain()
    assert "Index Scan" in plan or "SEARCH operation_runs USING INDEX" in plan
    assert "workspace_id" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_ops_34_each_workspace_starts_once_a_day_however_many_tickers(engine, northwind):
    day, hour = timedelta(days=1), timedelta(hours=1)
    noon = engine.clock()
    started = [start_daily(now=noon + after, service=engine.service) for after in (0 * hour, hour, 14 * hour)]
    assert started == [1, 0, 0]
    ended(engine)
    assert [start_daily(now=noon + day, service=engine.service) for _ticker in range(2)] == [1, 0]
    assert OperationRun.everywhere.of_type(OPERATION_RETENTION.key).count() == 2
    assert DailySlot.everywhere.get(workspace=northwind).day == (noon + day).date()


def test_ops_34_days_that_were_missed_are_one_run(engine, northwind):
    start_daily(now=engine.clock(), service=engine.service)
    ended(engine)
    assert start_daily(now=engine.clock.move(days=9), service=engine.service) == 1
    assert start_daily(now=engine.clock(), service=engine.service) == 0


def ended(engine):
    """The retention that is under way comes to its end."""
    run = OperationRun.everywhere.of_type(OPERATION_RETENTION.key).get()
    engine.service.finish(engine.claim(run).lease, SUCCEEDED, now=engine.clock())


def test_ops_31_a_queue_that_is_down_leaves_a_failed_run_and_waits_for_the_next_day(engine, northwind):
    engine.line.refusing = QueueIsDown()
    assert start_daily(now=engine.clock(), service=engine.service) == 1
    assert OperationRun.everywhere.get().reason_code == "dispatch_failed"
    engine.line.refusing = None
    assert start_daily(now=engine.clock(), service=engine.service) == 0
    assert start_daily(now=engine.clock.move(days=1), service=engine.service) == 1


def test_nothing_young_is_over_whatever_it_is(now):
    rules = Rules(KEEP)
    assert rules.nothing_is_over_after(now=now) == now - timedelta(days=10)
    assert not rules.is_over("any", "cancelled", now - timedelta(days=10), now=now)
