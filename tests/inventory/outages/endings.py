"""Ways in which a run of any operation type can end, brought about around the type's own handler."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.run_context import OperationFailed, RunCancelled, RunContext
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import OperationType
from tenantpilot.operations.workers import handler_call

Handler = Callable[[RunContext], None]
Ending = Callable[[Handler, RunContext], None]


def succeeds(handler: Handler, context: RunContext) -> None:
    handler(context)


def fails_in_part(handler: Handler, context: RunContext) -> None:
    """One item fails and one succeeds, beside whatever the handler does."""
    context.count("succeeded")
    context.item_failed("An item", "graph_error", {"status": 500})
    handler(context)


def fails(handler: Handler, context: RunContext) -> None:
    """The handler understands in the middle of its work that it cannot go on; one that keeps nothing, at its end."""

    def refuse(_data: Any) -> None:
        raise OperationFailed("internal_error")

    context.checkpoint = refuse  # type: ignore[method-assign]
    handler(context)
    raise OperationFailed("internal_error")


def is_cancelled(handler: Handler, context: RunContext) -> None:
    """A person cancels it when it has just begun."""
    run = OperationRun.everywhere.get(pk=context.run_id)
    OperationRunService().request_cancel(run, actor=run.initiator, now=context.now)
    context.stop(RunCancelled)
    handler(context)
    context.safe_point()


def opens_the_breaker(handler: Handler, context: RunContext) -> None:
    """Of thirty items 60 % fail."""
    for number in range(30):
        if number % 5 < 2:
            context.count("succeeded")
        else:
            context.item_failed(f"Item {number}", "graph_error", {"status": 500})
    handler(context)


ENDINGS: dict[str, Ending] = {
    "succeeded": succeeds,
    "partially_succeeded": fails_in_part,
    "failed": fails,
    "cancelled": is_cancelled,
    "circuit_open": opens_the_breaker,
}


@contextmanager
def ending_as(ending: Ending, monkeypatch: Any) -> Iterator[list[int]]:
    """Let handlers end like this. Yields the number of notifications that each of them saw when it began."""
    real, notified = handler_call.load_handler, list[int]()

    def load(kind: OperationType[Any]) -> Handler:
        handler = real(kind)

        def ends(context: RunContext) -> None:
            notified.append(Notification.everywhere.filter(run_id=context.run_id).count())
            ending(handler, context)

        return ends

    with monkeypatch.context() as patch:
        patch.setattr(handler_call, "load_handler", load)
        yield notified


@contextmanager
def started_by(initiator: Any, monkeypatch: Any) -> Iterator[None]:
    """Every run that is started meanwhile is this person's, or the system's."""
    real = OperationRunService.start

    def start(service: OperationRunService, kind: OperationType[Any], **facts: Any) -> Any:
        return real(service, kind, **{**facts, "initiator": initiator})

    with monkeypatch.context() as patch:
        patch.setattr(OperationRunService, "start", start)
        yield
