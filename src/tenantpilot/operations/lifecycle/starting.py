"""The start of a run: its row and its job come to be together, or not at all (OPS-06, OPS-31)."""

from datetime import datetime

import structlog
from django.db import connection, transaction

from tenantpilot.core.outages import is_outage
from tenantpilot.core.sanitizing import describe
from tenantpilot.operations.audit_actions import RUN_QUEUED
from tenantpilot.operations.lifecycle import records
from tenantpilot.operations.lifecycle.completing import Complete
from tenantpilot.operations.lifecycle.outcome import stopped
from tenantpilot.operations.lifecycle.priorities import priority_of
from tenantpilot.operations.lifecycle.statements import (
    INSERT_COLUMNS,
    INSERT_RUN,
    IdentityTaken,
    one_active,
    still_queued,
)
from tenantpilot.operations.models import OperationRun, RunEvent
from tenantpilot.operations.queues.dispatch import Dispatcher
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started, TenantArchived
from tenantpilot.operations.states import RunOutcome, RunStatus

log = structlog.get_logger(__name__)


# The event by which a person lets a run go first that a schedule had started.
HASTENED = "hastened"


# Who archives the tenant holds its row as well: the run is seen there, or refused here. SQLite has one writer anyway.
_ARCHIVED = "SELECT archived_at IS NOT NULL FROM tenants WHERE id = %s"
_ARCHIVED_LOCKED = f"{_ARCHIVED} FOR KEY SHARE"


class DispatchRefused(Exception):
    """The queue did not take the job."""


def start(run: OperationRun, dispatcher: Dispatcher, complete: Complete, *, now: datetime) -> Started | AlreadyActive:
    """Insert the run and dispatch its job, or return the active run of the same work.

    Raises DispatchFailed, TenantArchived.
    """
    while not _insert_and_dispatch(run, dispatcher, complete, now=now):
        if (active := _active_run_like(run)) is not None:
            _hasten(active, run, dispatcher, now=now)
            return AlreadyActive(active)
    if run.status == RunStatus.COMPLETED:
        raise DispatchFailed(run)
    return Started(run)


def _insert_and_dispatch(run: OperationRun, dispatcher: Dispatcher, complete: Complete, *, now: datetime) -> bool:
    """Return False if the same work is active. The partial unique index is the referee (OPS-06)."""
    try:
        with one_active(), transaction.atomic():
            _require_tenant_in_use(run)
            _insert(run, now=now)
            _dispatch(run, dispatcher)
    except IdentityTaken:
        return False
    except DispatchRefused as refused:
        log.error("dispatch_failed", type=run.type, exc_info=refused.__cause__)
        return _insert_completed(run, complete, now=now)
    return True


def _require_tenant_in_use(run: OperationRun) -> None:
    """Raises TenantArchived."""
    if run.tenant_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ARCHIVED_LOCKED if connection.vendor == "postgresql" else _ARCHIVED, [run.tenant_id])
        row = cursor.fetchone()
    if row and row[0]:
        raise TenantArchived(f"The tenant {run.tenant} is archived. An owner can bring it back.")


def _insert(run: OperationRun, *, now: datetime) -> None:
    run.pk = INSERT_RUN(**{name: getattr(run, name) for name in INSERT_COLUMNS})
    run._state.adding = False
    records.record_event("queued", run.pk, now=now)
    facts = {"type": run.type} | ({"retry_of": run.retry_of_id} if run.retry_of_id else {})
    records.record_audit(RUN_QUEUED, run, actor=run.initiator, now=now, after=facts)


def _dispatch(run: OperationRun, dispatcher: Dispatcher) -> None:
    try:
        dispatcher.dispatch(run.pk, queue=run.queue, priority=priority_of(run))
    except Exception as error:
        if is_outage(error):
            raise
        raise DispatchRefused from error


def _insert_completed(run: OperationRun, complete: Complete, *, now: datetime) -> bool:
    """Insert the run as failed: the queue refused its job, and the first insert was rolled back (OPS-31)."""
    try:
        with one_active(), transaction.atomic():
            _insert(run, now=now)
            complete(still_queued(run.pk), stopped(RunOutcome.FAILED, describe("dispatch_failed")), now=now)
    except IdentityTaken:
        return False
    run.refresh_from_db()
    return True


def _hasten(active: OperationRun, request: OperationRun, dispatcher: Dispatcher, *, now: datetime) -> None:
    """Let a scheduled run that a person joins go where people wait, once. Its first job comes to nothing then."""
    if active.status != RunStatus.QUEUED or priority_of(active) >= priority_of(request):
        return
    if RunEvent.objects.filter(run_id=active.pk, name=HASTENED).exists():
        return
    with transaction.atomic():
        records.record_event(HASTENED, active.pk, now=now)
        dispatcher.dispatch(active.pk, queue=request.queue, priority=priority_of(request))


def _active_run_like(run: OperationRun) -> OperationRun | None:
    like = OperationRun.everywhere.of_identity(
        run.type, workspace_id=run.workspace_id, tenant_id=run.tenant_id, identity=run.identity
    )
    return like.active().select_related("tenant").first()
