"""What another version stored of a run costs that run alone: it fails by name, and no trace of it is logged."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from tenantpilot.core.stored import StoredData
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.rerun import CannotRunAgain, retry_failed, run_again, why_not_again
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.states import RunOutcome
from tests.operations.kit import WORK, Engine, again, limited


@dataclass(frozen=True)
class ForeignInputs(StoredData):
    """The inputs of another version: anything."""

    stored: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return self.stored


BAD_INPUTS: list[dict[str, Any]] = [
    {"version": 9, "what": "all"},
    {"version": "new", "what": "all"},
    {"what": "all", "colour": "red"},
    {"note": 7},
]
BAD_CHECKPOINTS: list[dict[str, Any]] = [
    {"data": {"items": "many"}, "counts": {}, "failures": []},
    {"data": {"version": 9, "items": 1}, "counts": {}, "failures": []},
    {"data": None, "counts": 7, "failures": []},
    {"data": None, "counts": {}, "failures": [{"colour": "red"}]},
    {"kept": True},
]


def stored_by_another_version(engine: Engine, inputs: dict[str, Any], initiator: Any = None) -> OperationRun:
    engine.kind = replace(WORK, inputs=ForeignInputs)  # type: ignore[arg-type]
    return engine.start(initiator, stored=inputs)


def never(_context: RunContext) -> None:
    raise AssertionError("no handler is called with what it cannot read")


def assert_failed_by_name(run: OperationRun, logged: list[Any]) -> None:
    assert (run.outcome, run.reason_code) == (RunOutcome.FAILED, "stored_data_unreadable")
    assert [line["event"] for line in logged if line["log_level"] in ("error", "critical")] == ["run_unreadable"]
    assert not [line for line in logged if line.get("exc_info")]
    assert "red" not in str(logged)


@pytest.mark.parametrize("inputs", BAD_INPUTS)
def test_inputs_that_cannot_be_read_fail_their_run_alone(engine: Engine, alice: Any, inputs: dict[str, Any]) -> None:
    run = stored_by_another_version(engine, inputs, alice)
    with capture_logs() as logged:
        run = engine.work_on(run, never)
    assert_failed_by_name(run, logged)
    assert Notification.everywhere.get().data["reason_code"] == "stored_data_unreadable"
    engine.kind = WORK
    assert engine.perform(lambda _context: None, alice, what="next").outcome == RunOutcome.SUCCEEDED


@pytest.mark.parametrize("kept", BAD_CHECKPOINTS)
def test_a_checkpoint_that_cannot_be_read_fails_its_run_alone(engine: Engine, kept: dict[str, Any]) -> None:
    claimed = engine.running()
    assert engine.service.checkpoint(claimed.lease, kept, now=engine.clock())
    engine.lose_the_worker()
    with capture_logs() as logged:
        run = engine.work_on(claimed.run, never)
    assert_failed_by_name(run, logged)


@pytest.mark.parametrize("kept", BAD_CHECKPOINTS)
def test_the_reconciler_ends_a_lost_run_whatever_its_checkpoint_is(engine: Engine, kept: dict[str, Any]) -> None:
    """OPS-07: it holds up no other run."""
    with limited(attempts=1):
        lost, other = engine.running(what="a"), engine.running(what="b")
        engine.service.checkpoint(lost.lease, kept, now=engine.clock())
        engine.let_pass(61)
        assert engine.reconcile().lost == 2
    assert {again(claimed.run).reason_code for claimed in (lost, other)} == {"worker_lost"}


@pytest.mark.parametrize("verb", [run_again, retry_failed])
def test_what_cannot_be_read_is_not_run_again_and_says_so(engine: Engine, alice: Any, verb: Any) -> None:
    run = stored_by_another_version(engine, BAD_INPUTS[0], alice)
    ended = engine.work_on(run, never)
    assert "cannot read" in why_not_again(ended)
    with pytest.raises(CannotRunAgain, match="cannot read"):
        verb(ended, actor=alice, now=engine.clock(), service=engine.service)


def test_a_handler_keeps_no_other_checkpoint_than_its_type_names(engine: Engine) -> None:
    """The first test of a handler finds it."""

    def keeps_another(context: RunContext) -> None:
        context.checkpoint(ForeignInputs({}))

    assert engine.perform(keeps_another).reason_code == "internal_error"
