"""One ending and one telling (OPS-07, OPS-08, OPS-13, OPS-23, OPS-24)."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tenantpilot.audit.models import AuditLog
from tenantpilot.core.sanitizing import Failure, ObjectName, describe
from tenantpilot.operations.lifecycle import records
from tenantpilot.operations.lifecycle.outcome import Ending, ending_of, outcome_of
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.notifications import OperationRunCompleted
from tenantpilot.operations.run_context import OperationFailed, RunContext, TimeLimitExceeded
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.operations.types import operation_types
from tenantpilot.operations.workers.runner import Runner
from tests.operations.kit import SUCCEEDED, Engine, again, limited

pytestmark = pytest.mark.contract


def test_a_handler_that_returns_ends_the_run_as_succeeded(engine: Engine, alice: Any) -> None:
    """OPS-08, OPS-13."""

    def handler(context: RunContext) -> None:
        for number in range(1, 4):
            context.progress(number, 3)
            context.count("created")

    run = engine.perform(handler, alice)
    assert (run.status, run.outcome) == (RunStatus.COMPLETED, RunOutcome.SUCCEEDED)
    assert run.summary_counts == {"total": 3, "processed": 3, "created": 3}
    assert (run.reason_code, run.message, run.failure_summary) == ("", "", [])


def test_some_items_failed(engine: Engine, alice: Any) -> None:
    """OPS-11, OPS-13: partially succeeded, with the reason of each item, and none of them told as the run's."""

    def handler(context: RunContext) -> None:
        context.item_failed("Compliance policies", "permission_missing", {"status": 403})
        context.item_failed("Scripts", "graph_error", {"status": 500})
        context.progress(5, 5)

    run = engine.perform(handler, alice)
    assert run.outcome == RunOutcome.PARTIALLY_SUCCEEDED
    assert run.failure_summary[0] == {
        "code": "permission_missing",
        "message": "The application lacks a permission: Graph answered 403.",
        "item": "Compliance policies",
    }
    assert (run.reason_code, len(run.failure_summary)) == ("items_failed", 2)
    assert run.message == "2 of 5 items failed, for 2 different reasons."


def test_all_items_failed(engine: Engine, alice: Any) -> None:
    """OPS-13."""

    def handler(context: RunContext) -> None:
        context.item_failed("a", "graph_error", {"status": 500})
        context.progress(1, 1)

    assert engine.perform(handler, alice).outcome == RunOutcome.FAILED


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ({}, "succeeded"),
        ({"processed": 0, "total": 0}, "succeeded"),
        ({"skipped": 4}, "succeeded"),
        ({"processed": 5, "failed": 5}, "failed"),
        ({"failed": 1}, "failed"),
        ({"processed": 5, "failed": 1}, "partially_succeeded"),
        ({"succeeded": 1, "failed": 9}, "partially_succeeded"),
        ({"created": 2, "failed": 1}, "partially_succeeded"),
        ({"unchanged": 2, "failed": 1}, "partially_succeeded"),
        ({"skipped": 9, "failed": 1}, "failed"),
    ],
)
def test_the_outcome_follows_from_the_counts(counts: dict[str, int], outcome: str) -> None:
    """OPS-13."""
    assert outcome_of(counts) == outcome


def test_a_handler_says_why_the_whole_operation_failed(engine: Engine, alice: Any) -> None:
    """OPS-08, OPS-13."""

    def handler(context: RunContext) -> None:
        context.progress(1, 3)
        raise OperationFailed("client_secret_invalid", {"aadsts": "AADSTS7000215"})

    run = engine.perform(handler, alice)
    assert (run.outcome, run.reason_code) == (RunOutcome.FAILED, "client_secret_invalid")
    assert run.message == "Microsoft refused the client secret (AADSTS7000215)."
    assert run.summary_counts == {"total": 3, "processed": 1}


@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, MemoryError, AssertionError, StopIteration])
def test_any_exception_ends_the_run(engine: Engine, alice: Any, error: type[Exception]) -> None:
    """OPS-07, OPS-12: as internal_error, in our own words."""

    def handler(context: RunContext) -> None:
        raise error("password=hunter2")

    run = engine.perform(handler, alice)
    assert (run.outcome, run.reason_code) == (RunOutcome.FAILED, "internal_error")
    assert "hunter2" not in run.message


def test_an_error_of_the_database_in_a_handler_ends_the_run(engine: Engine, alice: Any) -> None:
    """OPS-07."""

    def handler(context: RunContext) -> None:
        with transaction.atomic():
            OperationRun.everywhere.create(workspace_id=0, created_at=None)

    assert engine.perform(handler, alice).reason_code == "internal_error"


@pytest.mark.parametrize(
    "path", ["tests.operations.kit:absent", "tests.nowhere:perform", "tests.operations.broken:perform"]
)
def test_a_handler_that_cannot_be_loaded_ends_the_run(engine: Engine, alice: Any, monkeypatch: Any, path: str) -> None:
    """OPS-07: an old worker, or a module that breaks when it is imported."""
    kind = type(engine.kind)(**{**engine.kind.__dict__, "handler": path})
    monkeypatch.setitem(operation_types._types, kind.key, kind)
    run = engine.start(alice)
    Runner(engine.service, engine.clock).execute(run.pk)
    assert again(run).reason_code == ("internal_error" if "broken" in path else "handler_missing")
    assert Notification.everywhere.count() == 1


def test_a_run_of_a_type_that_nobody_knows_ends(engine: Engine, alice: Any, monkeypatch: Any) -> None:
    """OPS-07: a worker of an older version."""
    run = engine.start(alice)
    monkeypatch.delitem(operation_types._types, engine.kind.key)
    Runner(engine.service, engine.clock).execute(run.pk)
    assert again(run).reason_code == "handler_missing"


def test_too_many_failures_open_the_circuit(engine: Engine, alice: Any) -> None:
    """OPS-13: it stops early; what was not attempted is skipped; the reason is circuit_open."""

    def handler(context: RunContext) -> None:
        context.progress(0, 100)
        for number in range(1, 101):
            context.item_failed(f"item {number}", "graph_error", {"status": 500})
            context.progress(number, 100)

    run = engine.perform(handler, alice)
    assert (run.outcome, run.reason_code) == (RunOutcome.FAILED, "circuit_open")
    assert run.summary_counts == {"total": 100, "processed": 3, "failed": 4, "skipped": 96}
    assert run.message == "Stopped early: 4 of 4 items had failed."


def test_a_circuit_that_opens_after_some_worked_is_partially_succeeded(engine: Engine, alice: Any) -> None:
    """OPS-13."""

    def handler(context: RunContext) -> None:
        context.progress(0, 10)
        context.count("succeeded", 2)
        for number in range(8):
            context.item_failed(f"item {number}", "graph_error", {"status": 500})

    run = engine.perform(handler, alice)
    assert (run.outcome, run.reason_code) == (RunOutcome.PARTIALLY_SUCCEEDED, "circuit_open")
    assert run.summary_counts["skipped"] == 5


def test_failures_below_the_limit_leave_the_circuit_closed(engine: Engine, alice: Any) -> None:
    """OPS-13."""

    def handler(context: RunContext) -> None:
        for number in range(1, 101):
            if number % 2:
                context.item_failed(f"item {number}", "graph_error")
            else:
                context.count("succeeded")
            context.progress(number, 100)

    with limited(breaker_share=0.6):
        run = engine.perform(handler, alice)
    assert (run.outcome, run.summary_counts["failed"]) == (RunOutcome.PARTIALLY_SUCCEEDED, 50)


def test_an_open_circuit_cannot_be_hidden_by_a_handler(engine: Engine, alice: Any) -> None:
    """OPS-08, OPS-13."""

    def stubborn(context: RunContext) -> None:
        for number in range(50):
            try:
                context.item_failed(f"item {number}", "graph_error")
            except BaseException:
                return

    assert engine.perform(stubborn, alice).reason_code == "circuit_open"


def test_a_run_past_its_time_limit_stops_at_a_safe_point(engine: Engine, alice: Any) -> None:
    """OPS-07."""

    def slow(context: RunContext) -> None:
        context.stop(TimeLimitExceeded)  # what the ticker does at the limit
        context.progress(1, 2)

    run = engine.perform(slow, alice)
    assert (run.outcome, run.reason_code) == (RunOutcome.FAILED, "time_limit_exceeded")
    assert "600 seconds" in run.message


def test_the_initiator_is_told_exactly_once(engine: Engine, alice: Any, bob: Any) -> None:
    """OPS-23: one persistent notification, to the initiator, none to anyone else."""
    run = engine.completed(alice)
    told = Notification.everywhere.get()
    assert (told.recipient, told.run, told.kind) == (alice, run, OperationRunCompleted.KIND)
    assert told.created_at == run.completed_at
    assert told.read_at is None


@pytest.mark.parametrize("outcome", RunOutcome)
def test_every_ending_is_told(engine: Engine, alice: Any, outcome: RunOutcome) -> None:
    """OPS-23."""
    run = engine.completed(alice, Ending(outcome))
    assert Notification.everywhere.get(run=run).data["outcome"] == outcome


def test_nobody_is_told_of_a_system_run(engine: Engine) -> None:
    """OPS-23: none for system runs, however they end."""
    engine.completed(None)
    engine.perform(lambda context: 1 / 0, None, what="crash")
    assert not Notification.everywhere.exists()


def test_row_telling_timeline_and_audit_stand_or_fall_together(engine: Engine, alice: Any, monkeypatch: Any) -> None:
    """OPS-23: written in the same transaction as the transition."""
    claimed = engine.running(alice)
    for place in ("record_event", "record_audit"):
        with monkeypatch.context() as patch:
            patch.setattr(records, place, lambda *_, **__: (_ for _ in ()).throw(DatabaseError("full")))
            with pytest.raises(DatabaseError):
                engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())
        assert again(claimed.run).status == RunStatus.RUNNING
        assert not Notification.everywhere.exists()
        assert not RunEvent.objects.filter(name="completed").exists()
        assert not AuditLog.objects.filter(action="run.completed").exists()
    assert engine.service.finish(claimed.lease, SUCCEEDED, now=engine.clock())
    assert Notification.everywhere.count() == 1


def test_an_ending_that_the_database_refuses_is_replaced_by_a_plain_one(
    engine: Engine, alice: Any, monkeypatch: Any
) -> None:
    """OPS-07: a run always reaches its end, even when what it wants to say cannot be stored."""
    monkeypatch.setattr("tenantpilot.operations.workers.runner.time.sleep", lambda _seconds: None)
    monkeypatch.setattr("tenantpilot.operations.workers.runner.connection.close", lambda: None)
    monkeypatch.setattr(
        "tenantpilot.operations.workers.handler_call.ending_of",
        lambda *_, **__: Ending(RunOutcome.SUCCEEDED, {"failed": -1}),
    )
    assert engine.perform(lambda context: None, alice).reason_code == "internal_error"


def test_failures_beyond_fifty_are_counted_and_not_kept(engine: Engine, alice: Any) -> None:
    """OPS-11: at most 50 entries, then a count of the rest."""

    def handler(context: RunContext) -> None:
        for number in range(120):
            context.item_failed(f"item {number}", "graph_error", {"status": 500})
            context.count("succeeded")

    with limited(breaker_after=1000):
        run = engine.perform(handler, alice)
    assert len(run.failure_summary) == 51
    assert run.failure_summary[-1] == {"more": 70}
    assert run.summary_counts["failed"] == 120


def test_messages_and_items_are_short(engine: Engine, alice: Any) -> None:
    """OPS-11: a message has at most 300 characters."""
    run = engine.perform(lambda context: context.item_failed("n" * 5000, "graph_error"), alice)
    assert len(run.failure_summary[0]["item"]) <= 120
    assert len(run.failure_summary[0]["message"]) <= 300
    assert len(run.message) <= 300


def test_a_code_that_nobody_knows_becomes_internal_error(engine: Engine, alice: Any) -> None:
    """OPS-11: codes come from one catalogue."""
    run = engine.perform(lambda context: context.item_failed("a", "no_such_code"), alice)
    assert run.failure_summary[0]["code"] == "internal_error"


def test_a_failure_that_was_only_counted_is_told_as_a_count() -> None:
    """OPS-11."""
    ending = ending_of({"failed": 2, "processed": 5, "total": 5})
    assert (ending.reason_code, ending.message) == ("items_failed", "2 of 5 items failed.")


def test_failures_of_one_reason_speak_for_the_run() -> None:
    """OPS-11, UX-60."""
    ending = ending_of(
        {"failed": 2, "processed": 5}, [Failure("throttled", "Wait.", "a"), Failure("throttled", "Wait.")]
    )
    assert (ending.reason_code, ending.message) == ("throttled", "Wait.")


def test_failures_of_one_kind_are_told_without_what_differs() -> None:
    """OPS-11: two permissions are missing, and neither is the run's."""
    lacking = [
        describe("permission_missing", {"status": 403, "permission": f"{name}.Read.All"})
        for name in ("Group", "Policy")
    ]
    ending = ending_of({"failed": 2, "processed": 5}, lacking)
    assert (ending.reason_code, ending.message) == ("permission_missing", "The application lacks a permission.")


def test_failures_of_several_reasons_are_told_as_a_count() -> None:
    """OPS-11: no reason is told as if it were the run's."""
    ending = ending_of({"failed": 2, "processed": 5}, [Failure("throttled", "Wait.", "a"), Failure("graph_error", "x")])
    assert (ending.reason_code, ending.message) == ("items_failed", "2 of 5 items failed, for 2 different reasons.")


@pytest.mark.parametrize("letter", ["n", "字", "😀", '"'])
def test_fifty_failures_fit_into_the_column_in_every_script(engine: Engine, alice: Any, letter: str) -> None:
    """OPS-11: a letter takes up to twelve characters of JSON, and the database refuses more than it holds."""

    def handler(context: RunContext) -> None:
        for _number in range(50):
            context.item_failed(ObjectName(letter * 200), "graph_error", {"status": 500})

    with limited(breaker_after=1000):
        run = engine.perform(handler, alice)
    assert (run.reason_code, run.summary_counts["failed"]) == ("graph_error", 50)
    kept = [entry for entry in run.failure_summary if "more" not in entry]
    assert len(kept) + sum(entry.get("more", 0) for entry in run.failure_summary) == 50
    assert all(entry["item"].endswith("…") for entry in kept)


def test_an_ending_with_fifty_failures_and_a_count_is_accepted(engine: Engine, alice: Any) -> None:
    """OPS-11: the bound is where the contract puts it."""
    claimed = engine.running(alice)
    failures = [Failure("internal_error", "x" * 300, "i" * 120).as_json()] * 50
    ending = Ending(RunOutcome.FAILED, {"failed": 60}, [*failures, {"more": 10}], "internal_error", "x")
    assert engine.service.finish(claimed.lease, ending, now=engine.clock())
    assert len(again(claimed.run).failure_summary) == 51
