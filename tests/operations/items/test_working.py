"""Bulk operations: the frozen set is part of the run, each item has its result, one ending is told.

OPS-07, OPS-10, OPS-12, OPS-13, OPS-23.
"""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tenantpilot.core.errors import ReasonedError
from tenantpilot.operations.items.models import ItemState
from tenantpilot.operations.items.working import Item, ItemResult, RunItems, skipped, waiting, work_through
from tenantpilot.operations.models import Notification, OperationRun, RunItem, RunProgress
from tenantpilot.operations.run_context import LeaseLost, OperationFailed, RunCancelled, RunContext
from tests.operations.kit import SUCCEEDED, WORK, again

pytestmark = pytest.mark.contract


class Throttled(ReasonedError):
    reason_code = "throttled"


class Power(BaseException):
    """The machine goes off."""


class Stopped(ReasonedError):
    """What a client raises that was told to stop."""

    reason_code = "cancelled_by_person"


def found(*keys):
    return lambda run: [Item(key, f"Item {key}") for key in keys]


def bulk(*keys, work=lambda run, item: None):
    """A handler of these items."""
    return lambda run: work_through(run, find=found(*keys), work=work)


def failing(*keys):
    def work(run, item):
        if item.key in keys:
            raise Throttled

    return work


def states(run):
    return list(RunItem.objects.of_run(run.pk).in_order().values_list("key", "state"))


def letters(count):
    return [f"k{number}" for number in range(count)]


def test_every_item_is_worked_on_once_and_in_order(engine):
    """OPS-08, OPS-13."""
    seen = []
    run = engine.perform(bulk("a", "b", "c", work=lambda run, item: seen.append(item.key)))
    assert seen == ["a", "b", "c"]
    assert states(run) == [("a", "succeeded"), ("b", "succeeded"), ("c", "succeeded")]
    assert run.summary_counts == {"total": 3, "processed": 3, "succeeded": 3}


def test_a_key_that_is_found_twice_is_one_item(engine):
    assert states(engine.perform(bulk("a", "b", "a"))) == [("a", "succeeded"), ("b", "succeeded")]


def test_a_run_of_no_items_succeeds(engine):
    """OPS-13."""
    assert engine.perform(bulk()).outcome == "succeeded"


def test_what_the_work_answers_is_the_state_and_the_count(engine):
    """OPS-10."""
    answers = {"a": ItemState.UNCHANGED, "b": skipped("throttled"), "c": None}
    run = engine.perform(bulk("a", "b", "c", work=lambda run, item: answers[item.key]))
    assert states(run) == [("a", "unchanged"), ("b", "skipped"), ("c", "succeeded")]
    assert run.summary_counts == {"total": 3, "processed": 3, "succeeded": 1, "skipped": 1, "unchanged": 1}


def test_an_item_that_is_skipped_or_waits_says_why_and_hides_nothing_ops_13(engine):
    answers = {"a": skipped("permission_missing"), "b": waiting("throttled"), "c": None}
    run = engine.perform(bulk("a", "b", "c", work=lambda run, item: answers[item.key]))
    rows = RunItem.objects.of_run(run.pk).in_order().values_list("state", "reason_code")
    assert list(rows) == [("skipped", "permission_missing"), ("waiting", "throttled"), ("succeeded", "")]
    assert all(row.message for row in RunItem.objects.of_run(run.pk).exclude(state="succeeded"))
    assert (run.outcome, run.reason_code) == ("partially_succeeded", "items_waiting")
    assert (run.message, run.failure_summary) == ("1 of 3 items wait for somebody outside TenantPilot.", [])
    assert run.summary_counts == {"total": 3, "processed": 3, "succeeded": 1, "skipped": 1, "waiting": 1}


@pytest.mark.parametrize("answer", [skipped("throttled"), waiting("throttled")], ids=["skipped", "waiting"])
def test_items_that_wait_or_are_skipped_leave_the_breaker_alone_ops_13(engine, answer):
    """Three of four that were tried fail: with the others counted, the breaker would see three of eight."""

    def work(run, item):
        number = int(item.key[1:]) % 8
        if number < 3:
            raise Throttled
        return None if number == 3 else answer

    run = engine.perform(bulk(*letters(8 * WORK.limits.breaker_after), work=work))
    assert run.reason_code == "circuit_open"


def test_a_run_of_which_every_item_waits_goes_on_to_its_end_ops_13(engine):
    count = 2 * WORK.limits.breaker_after
    run = engine.perform(bulk(*letters(count), work=lambda run, item: waiting("throttled")))
    assert (run.outcome, run.summary_counts["waiting"]) == ("partially_succeeded", count)


def test_a_result_that_needs_a_reason_cannot_be_made_without():
    for state in (ItemState.SKIPPED, ItemState.WAITING, ItemState.FAILED):
        with pytest.raises(ValueError, match="needs a reason"):
            ItemResult(state)
    with pytest.raises(ValueError, match="has no reason"):
        ItemResult(ItemState.SUCCEEDED, skipped("throttled").reason)


def test_ops_13_an_item_that_fails_costs_only_itself_and_says_why(engine):
    run = engine.perform(bulk("a", "b", "c", work=failing("b")))
    failed = RunItem.objects.of_run(run.pk).failed().get()
    assert (run.outcome, run.summary_counts["failed"], run.summary_counts["succeeded"]) == ("partially_succeeded", 1, 2)
    assert (failed.key, failed.reason_code) == ("b", "throttled")
    assert run.failure_summary == [{"code": "throttled", "message": failed.message, "item": "Item b"}]


def test_ops_12_the_text_of_an_exception_is_kept_nowhere(engine):
    def work(run, item):
        raise RuntimeError("password=hunter2")

    run = engine.perform(bulk("a", work=work))
    assert RunItem.objects.of_run(run.pk).get().reason_code == "internal_error"
    assert "hunter2" not in repr([RunItem.objects.values(), OperationRun.everywhere.values()])


def test_the_writes_of_an_item_that_fails_are_taken_back(engine, northwind):
    def work(run, item):
        northwind.name = "Changed"
        northwind.save()
        raise Throttled

    engine.perform(bulk("a", work=work))
    northwind.refresh_from_db()
    assert northwind.name == "Northwind MSP"


def test_ops_13_the_circuit_breaker_leaves_the_rest_unattempted_and_counted_as_skipped(engine):
    run = engine.perform(bulk(*letters(10), work=failing(*letters(10))))
    assert (run.outcome, run.reason_code) == ("failed", "circuit_open")
    assert run.summary_counts == {"total": 10, "processed": 4, "failed": 4, "skipped": 6}
    assert [state for _key, state in states(run)] == ["failed"] * 4 + ["pending"] * 6


def test_an_operation_that_fails_as_a_whole_stops_at_once(engine):
    """OPS-13."""

    def work(run, item):
        raise OperationFailed("credential_missing")

    run = engine.perform(bulk("a", "b", work=work))
    assert (run.outcome, run.reason_code) == ("failed", "credential_missing")
    assert states(run) == [("a", "pending"), ("b", "pending")]


def test_a_cancel_is_honoured_between_two_items(engine, alice):
    """OPS-07."""

    def work(run, item):
        if item.key == "b":
            run.stop(RunCancelled)

    run = engine.perform(bulk("a", "b", "c", work=work), alice)
    assert run.outcome == "cancelled"
    assert states(run) == [("a", "succeeded"), ("b", "succeeded"), ("c", "pending")]


@contextmanager
def killed(engine, run):
    """The worker dies inside; the lease runs out."""
    with pytest.raises(Power):
        yield
    engine.lose_the_worker()


def test_ops_07_a_worker_that_takes_over_goes_on_with_what_is_not_settled(engine, alice):
    run, done = engine.start(alice), []

    def work(context, item):
        if item.key == "c" and len(done) == 2:
            raise Power
        done.append(item.key)
        return ItemState.UNCHANGED if item.key == "a" else None

    with killed(engine, run):
        engine.work_on(run, bulk("a", "b", "c", work=work))
    assert states(run) == [("a", "unchanged"), ("b", "succeeded"), ("c", "pending")]
    done.append("again")
    ended = engine.work_on(run, bulk("x", "y", work=work))
    assert done == ["a", "b", "again", "c"]
    assert ended.summary_counts == {"total": 3, "processed": 3, "succeeded": 2, "unchanged": 1}
    assert Notification.everywhere.count() == 1


def test_an_item_that_was_stopped_because_the_run_must_stop_has_not_failed(engine):
    """OPS-34: the next worker does it."""
    run, done = engine.start(), []

    def work(context, item):
        if item.key == "b" and context._lease.attempt == 1:
            context.must_wait(60)
            raise Stopped
        done.append(item.key)

    paused = engine.work_on(run, bulk("a", "b", "c", work=work))
    assert (paused.is_set_aside, states(run)) == (True, [("a", "succeeded"), ("b", "pending"), ("c", "pending")])
    engine.clock.move(seconds=61)
    ended = engine.work_on(run, bulk("a", "b", "c", work=work))
    assert (ended.outcome, ended.failure_summary, done) == ("succeeded", [], ["a", "b", "c"])


def test_failures_of_the_worker_before_are_kept_by_the_one_after(engine):
    """OPS-11."""
    run = engine.start()

    def work(context, item):
        if item.key == "c" and context._lease.attempt == 1:
            raise Power
        if item.key == "b":
            raise Throttled

    with killed(engine, run):
        engine.work_on(run, bulk("a", "b", "c", work=work))
    ended = engine.work_on(run, bulk("a", "b", "c", work=work))
    assert (ended.outcome, ended.summary_counts["failed"]) == ("partially_succeeded", 1)
    assert len(ended.failure_summary) == 1


def test_ops_07_a_worker_that_lost_the_run_can_settle_no_item(engine):
    claimed = engine.running()
    context = RunContext(claimed.run, WORK, claimed.lease, engine.service, engine.clock)
    items = RunItems(context, found("a", "b"))
    engine.lose_the_worker()
    engine.claim(claimed.run, owner="worker-2")
    with pytest.raises(LeaseLost):
        items.attempt(next(items.pending()), lambda run, item: None)
    with pytest.raises(LeaseLost):
        items.failed(next(items.pending()), Throttled())
    assert states(claimed.run) == [("a", "pending"), ("b", "pending")]


def test_an_item_that_the_database_refuses_at_the_commit_has_failed_and_is_counted_once(engine, own_database):
    """OPS-13."""

    def work(run, item):
        RunProgress.objects.create(run_id=10**9, updated_at=run.now)

    run = engine.perform(bulk("a", work=work))
    assert (run.outcome, run.summary_counts) == ("failed", {"total": 1, "processed": 1, "failed": 1})


def test_ops_23_a_thousand_items_are_told_once(engine, alice):
    keys = letters(1_000)
    run = engine.perform(bulk(*keys, work=failing("k7", "k900")), alice)
    assert run.summary_counts == {"total": 1_000, "processed": 1_000, "succeeded": 998, "failed": 2}
    assert Notification.everywhere.get().recipient == alice
    assert RunItem.objects.of_run(run.pk).pending().count() == 0


def test_an_item_costs_a_handful_of_statements_however_many_there_are(engine, django_assert_max_num_queries):
    with django_assert_max_num_queries(100 * 9):
        engine.perform(bulk(*letters(100)))


def test_a_system_run_tells_nobody(engine):
    """OPS-23."""
    engine.perform(bulk("a"))
    assert not Notification.everywhere.exists()


@pytest.fixture
def frozen(engine):
    """A running run, whose first of two items is settled."""
    claimed = engine.running()
    items = RunItems(RunContext(claimed.run, WORK, claimed.lease, engine.service, engine.clock), found("a", "b"))
    items.attempt(next(items.pending()), lambda run, item: None)
    return claimed


ADDED = "INSERT INTO operation_run_items (run_id, position, key, label, state, reason_code, message)"
ADDED += " VALUES ({%s}, 9, 'z', 'Z', '%s', '', '')"

ATTACKS = {
    "operation_item_set_frozen": ADDED % ("run", "pending"),
    "operation_item_born_pending": ADDED % ("queued", "pending"),
    "operation_item_fixed": "UPDATE {items} SET key = 'z' WHERE run_id = {run} AND key = 'b'",
    "operation_item_settled_once": "UPDATE {items} SET state = 'skipped' WHERE run_id = {run} AND key = 'a'",
    "operation_item_purge_gate": "DELETE FROM {items} WHERE run_id = {run}",
    "operation_item_state_known": "UPDATE {items} SET state = 'odd' WHERE run_id = {run} AND key = 'b'",
    "operation_item_result_explained": "UPDATE {items} SET state = 'waiting' WHERE run_id = {run} AND key = 'b'",
}


@pytest.mark.parametrize("rule", ATTACKS)
def test_the_database_keeps_the_frozen_set_as_it_is(engine, frozen, rule):
    queued = engine.start(what="else")
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ATTACKS[rule].format(items="operation_run_items", run=frozen.run.pk, queued=queued.pk))


def test_ops_04_no_item_of_a_completed_run_moves(engine, frozen):
    engine.service.finish(frozen.lease, SUCCEEDED, now=engine.clock())
    with pytest.raises(DatabaseError, match="operation_item_settled_once"), transaction.atomic():
        RunItem.objects.of_run(frozen.run.pk).pending().update(state="skipped")
    assert again(frozen.run).outcome == "succeeded"
