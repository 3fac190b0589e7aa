"""The end of a run: one statement, with timeline, notification and audit entry in its transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.db import connection, transaction

from tenantpilot.operations.audit_actions import RUN_COMPLETED
from tenantpilot.operations.lifecycle import records
from tenantpilot.operations.lifecycle.outcome import EndedRun, Ending
from tenantpilot.operations.lifecycle.statements import COMPLETE_RUN, Condition, values_of_end
from tenantpilot.operations.notifications import OperationRunCompleted
from tenantpilot.tenancy.models import User


class Complete(Protocol):
    """The service's canonical transition, handed to the steps that end runs."""

    def __call__(
        self, condition: Condition, ending: Ending, *, now: datetime, canceller: User | None = None
    ) -> bool: ...


def complete(
    condition: Condition,
    ending: Ending,
    *,
    now: datetime,
    canceller: User | None = None,
    wake: Callable[[int], None] = lambda _workspace_id: None,
) -> bool:
    """Complete the run that meets the condition, with everything that records it. Return False if none does."""
    values = values_of_end(ending, now=now, canceller_id=canceller.pk if canceller else None)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(COMPLETE_RUN + condition.where, [*values, *condition.values])
            row = cursor.fetchone()
        if row:
            record_ending(EndedRun(*row), ending, now=now, actor=canceller)
            wake(row[1])
    return bool(row)


def record_ending(run: EndedRun, ending: Ending, *, now: datetime, actor: User | None) -> None:
    """Record the ending in the timeline and the audit log, and notify the run's initiator."""
    facts = {"outcome": ending.outcome.value}
    records.record_event("completed", run.pk, now=now, attempt=run.attempt, data=facts)
    OperationRunCompleted.store(run, ending, at=now)
    records.record_audit(RUN_COMPLETED, run, actor=actor, now=now, after=facts)
