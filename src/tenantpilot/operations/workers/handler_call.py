"""Call a run's handler, and turn whatever comes of it into a value."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import structlog

from tenantpilot.core.errors import ReasonedError
from tenantpilot.core.outages import is_outage
from tenantpilot.core.sanitizing import describe, failure
from tenantpilot.operations import run_context as interruptions
from tenantpilot.operations.lifecycle.outcome import Ending, ending_of, stopped
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import OperationType, UnknownOperationType, operation_types

log = structlog.get_logger(__name__)

Handler = Callable[[RunContext[Any]], None]


@dataclass(frozen=True)
class LostLease:
    """Another worker has the run: nothing may be written."""


@dataclass(frozen=True)
class LeavesRun:
    """The run is not over: another worker goes on, at once or when its wait is over."""


@dataclass(frozen=True)
class LostDatabase:
    """Our own database went away in the middle of the work."""

    error: BaseException


Result = Ending | LostLease | LeavesRun | LostDatabase


@dataclass(frozen=True)
class LoadedHandler:
    """A run's operation type, and the function that does its work."""

    operation_type: OperationType[Any]
    handler: Handler


def load(type_key: str) -> LoadedHandler | Ending:
    """Return the handler of this type, or the ending of a run that has none."""
    try:
        operation_type = operation_types.get(type_key)
        return LoadedHandler(operation_type, load_handler(operation_type))
    except (UnknownOperationType, ImportError, AttributeError):
        log.exception("handler_missing", type=type_key)
        return stopped(RunOutcome.FAILED, describe("handler_missing"))
    except Exception as error:
        log.exception("handler_broken", type=type_key)
        return stopped(RunOutcome.FAILED, failure(error))


def load_handler(operation_type: OperationType[Any]) -> Handler:
    """Raises ImportError, AttributeError."""
    module, _colon, name = operation_type.handler.partition(":")
    handler: Handler = getattr(import_module(module), name)
    return handler


def call_handler(loaded: LoadedHandler, context: RunContext) -> Result:
    """Return the ending that follows from the handler's work, or why the run does not end here.

    The lease may be lost, and the worker be asked to leave, at any moment, whatever the handler did then.
    """
    try:
        ending = _ending_of_call(loaded.handler, context, loaded.operation_type)
    except interruptions.WorkerLeaves:
        return LeavesRun()
    except interruptions.DatabaseLost as lost:
        return LostDatabase(lost.__cause__ or lost)
    if context.left_early:
        return LeavesRun()
    return LostLease() if context.lost else ending


def failed_ending(error: BaseException, context: RunContext) -> Ending:
    """Return the ending of a run that an error stopped, with what was counted until then."""
    counts, failures, more = context.counts(), context.failures, context.more_failures
    return stopped(RunOutcome.FAILED, failure(error), counts, failures, more_failures=more)


def _ending_of_call(handler: Handler, context: RunContext, operation_type: OperationType[Any]) -> Ending:
    try:
        handler(context)
    except interruptions.DatabaseLost:
        raise
    except interruptions.Interrupted as why:
        return _ending_of_interrupted(type(why), context, operation_type)
    except Exception as error:
        if is_outage(error):
            raise interruptions.DatabaseLost from error
        if isinstance(error, ReasonedError):
            return _ending_of_refusal(error, context, operation_type)
        log.exception("run_crashed")
        return failed_ending(error, context)
    if context.must_stop is interruptions.CircuitOpen:
        return _circuit_open(context)
    if context.must_stop is not None and context.stopped_early:
        return _ending_of_interrupted(context.must_stop, context, operation_type)
    counts = context.counts()
    is_warned = operation_type.is_partial_with_warnings and counts.get("warnings", 0) > 0
    return ending_of(counts, context.failures, more_failures=context.more_failures, is_warned=is_warned)


def _ending_of_refusal(error: ReasonedError, context: RunContext, operation_type: OperationType[Any]) -> Ending:
    """A client that had to stop, because the run must, reports it with an error of its own."""
    if context.must_stop is not None and error.reason_code == "cancelled_by_person":
        return _ending_of_interrupted(context.must_stop, context, operation_type)
    log.warning("run_failed", reason=error.reason_code)
    return failed_ending(error, context)


def _ending_of_interrupted(
    interruption: type[interruptions.Interrupted], context: RunContext, operation_type: OperationType[Any]
) -> Ending:
    counts, failures, more = context.counts(), context.failures, context.more_failures
    if issubclass(interruption, interruptions.WorkerLeaves):
        raise interruption
    if issubclass(interruption, interruptions.CircuitOpen):
        return _circuit_open(context)
    if issubclass(interruption, interruptions.TimeLimitExceeded):
        reason = describe("time_limit_exceeded", {"seconds": operation_type.limits.seconds})
        return stopped(RunOutcome.FAILED, reason, counts, failures, more_failures=more)
    reason = describe("cancelled_by_person")
    return stopped(RunOutcome.CANCELLED, reason, counts, failures, more_failures=more)


def _circuit_open(context: RunContext) -> Ending:
    """Count what was not attempted as skipped (OPS-13)."""
    counts, attempted = context.counts(), context.attempted
    counts["skipped"] = counts.get("skipped", 0) + max(counts.get("total", 0) - attempted, 0)
    reason = describe("circuit_open", {"failed": counts["failed"], "attempted": attempted})
    outcome = RunOutcome.PARTIALLY_SUCCEEDED if attempted > counts["failed"] else RunOutcome.FAILED
    return stopped(outcome, reason, counts, context.failures, more_failures=context.more_failures)
