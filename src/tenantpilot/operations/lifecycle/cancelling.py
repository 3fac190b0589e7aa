"""A person's request to cancel a run."""

from datetime import datetime

from django.db import transaction

from tenantpilot.core.sanitizing import describe
from tenantpilot.operations.audit_actions import RUN_CANCEL_REQUESTED
from tenantpilot.operations.lifecycle import records
from tenantpilot.operations.lifecycle.completing import Complete
from tenantpilot.operations.lifecycle.outcome import stopped
from tenantpilot.operations.lifecycle.statements import still_queued
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import CannotCancel
from tenantpilot.operations.states import RunOutcome
from tenantpilot.tenancy.models import User


def request_cancel(run: OperationRun, complete: Complete, *, actor: User | None, now: datetime) -> bool:
    """Return True if the run was queued and has ended, False if its worker was asked. Raises CannotCancel."""
    ending = stopped(RunOutcome.CANCELLED, describe("cancelled_by_person"))
    if complete(still_queued(run.pk), ending, now=now, canceller=actor):
        return True
    with transaction.atomic():
        running = OperationRun.everywhere.running().filter(pk=run.pk)
        if running.filter(cancel_requested_at=None).update(cancel_requested_at=now, cancel_requested_by=actor):
            records.record_event("cancel_requested", run.pk, now=now)
            records.record_audit(RUN_CANCEL_REQUESTED, run, actor=actor, now=now)
        elif not running.exists():
            raise CannotCancel(OperationRun.everywhere.get(pk=run.pk))
    return False
