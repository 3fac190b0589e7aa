"""Restores that wait for Multi Admin Approval: their status is read from time to time, and what was answered goes on.

Reading is a system run of a tenant, which notifies nobody. What was approved, refused or has expired goes on in a run
of the person who confirmed the restore, who is notified of its end.
"""

from datetime import UTC, datetime, timedelta

import structlog
from django.db.models import Max

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import DispatchFailed, Started, TenantArchived
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import NoInputs
from tenantpilot.restores.editing import NotEditable
from tenantpilot.restores.models import RestoreRun, RestoreRunQuerySet
from tenantpilot.restores.operations import RESTORE_APPROVAL_CHECK, RESTORE_EXECUTE
from tenantpilot.restores.services import RestoreBusy, go_on
from tenantpilot.restores.states import RestoreState
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.tenancy.models import Tenant

log = structlog.get_logger(__name__)

LOOKS_EVERY = timedelta(minutes=5)
AGAIN_AFTER_FAILURE = timedelta(days=1)
"""A run that could go on with nothing is not repeated before: each one notifies its person."""
AT_MOST = 200
NEVER = datetime.min.replace(tzinfo=UTC)


def look_at_approvals(*, now: datetime) -> int:
    """Start a look in each tenant with restores that wait, where none was for five minutes; return their number.

    Where there are more tenants than looks to start at once, those come first that have waited longest for one.
    """
    waiting = waiting_restores().filter(tenant__archived_at=None, tenant__stopped_at=None)
    keys = waiting.order_by().values_list("tenant", flat=True).distinct()
    looked_at = _last_looks()
    started = 0
    for key in sorted(keys, key=lambda key: (looked_at.get(key, NEVER), key)):
        restores = waiting.filter(tenant=key).order_by("pk").iterator(chunk_size=200)
        tenant = next((restore.tenant for restore in restores if may_go_on(restore)), None)
        if tenant is not None and _is_due(tenant, now=now):
            started += _start_look(tenant, now=now)
        if started == AT_MOST:
            break
    return started


def waiting_restores() -> RestoreRunQuerySet:
    """Return the restores that wait, with their tenants and the people who confirmed them."""
    return RestoreRun.everywhere.filter(state=RestoreState.WAITING).select_related("tenant", "confirmed_by")


def may_go_on(restore: RestoreRun) -> bool:
    """Return True if its person may still execute restores. Otherwise another one can look by hand."""
    person = restore.confirmed_by
    able = person and tenants_where(person, Capability.RESTORE_EXECUTE).filter(pk=restore.tenant_id)
    return bool(able and able.exists())


def go_on_for_its_person(restore: RestoreRun, *, now: datetime) -> bool:
    """Start a run that writes what was approved and settles what was not. Return False while that cannot be."""
    if not may_go_on(restore) or _failed_lately(restore, now=now):
        return False
    try:
        go_on(restore, actor=restore.confirmed_by, now=now)
    except (NotEditable, RestoreBusy, TenantArchived):
        return False
    except DispatchFailed as error:
        log.warning("restore_did_not_go_on", restore=restore.pk, run=error.run.pk)
        return False
    return True


def _last_looks() -> dict[int, datetime]:
    """Return the time of the last look that has ended in each tenant."""
    runs = OperationRun.everywhere.filter(type=RESTORE_APPROVAL_CHECK.key, completed_at__isnull=False)
    return dict(runs.order_by().values_list("tenant").annotate(last=Max("completed_at")))


def _is_due(tenant: Tenant, *, now: datetime) -> bool:
    """Return True if no restore is written, and none was nor was looked at, within five minutes."""
    kinds = (RESTORE_EXECUTE.key, RESTORE_APPROVAL_CHECK.key)
    runs = OperationRun.everywhere.filter(tenant=tenant, type__in=kinds)
    if runs.active().exists():
        return False
    ended = runs.aggregate(last=Max("completed_at"))["last"]
    return ended is None or ended <= now - LOOKS_EVERY


def _start_look(tenant: Tenant, *, now: datetime) -> bool:
    runs = OperationRunService()
    try:
        answer = runs.start(RESTORE_APPROVAL_CHECK, tenant=tenant, initiator=None, inputs=NoInputs(), now=now)
    except (DispatchFailed, TenantArchived):
        return False
    return isinstance(answer, Started)


def _failed_lately(restore: RestoreRun, *, now: datetime) -> bool:
    """Return True if a run that should have gone on came to nothing within a day, or was cancelled."""
    runs = OperationRun.everywhere.filter(tenant_id=restore.tenant_id, type=RESTORE_EXECUTE.key)
    newest = runs.filter(inputs__restore=restore.pk, retry_of__isnull=False).order_by("-pk").first()
    if newest is None or newest.outcome not in (RunOutcome.FAILED, RunOutcome.CANCELLED):
        return False
    return bool(newest.completed_at and newest.completed_at > now - AGAIN_AFTER_FAILURE)
