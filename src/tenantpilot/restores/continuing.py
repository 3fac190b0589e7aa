"""Restores that wait for Multi Admin Approval: what was approved meanwhile is looked for from time to time."""

from datetime import datetime, timedelta

import structlog
from django.db.models import Max

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.restores.editing import NotEditable
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.operations import RESTORE_EXECUTE
from tenantpilot.restores.services import RestoreBusy, go_on
from tenantpilot.restores.states import RestoreState
from tenantpilot.tenancy.access import tenants_where
from tenantpilot.tenancy.capabilities import Capability

log = structlog.get_logger(__name__)

LOOKS_EVERY = timedelta(minutes=5)
AT_MOST = 200


def look_at_approvals(*, now: datetime) -> int:
    """Start a run for each restore that waits and was not looked at for five minutes, and return their number.

    They are system runs: a look that finds no answer, up to 288 times a day, notifies nobody. A restore waits on while
    its person may not execute restores any more: another one can look by hand.
    """
    waiting = RestoreRun.everywhere.filter(state=RestoreState.WAITING).select_related(
        "tenant", "confirmed_by", "execute_run__initiator"
    )
    return sum(_look(restore, now=now) for restore in waiting.order_by("pk")[:AT_MOST] if _is_due(restore, now=now))


def _is_due(restore: RestoreRun, *, now: datetime) -> bool:
    """Return True if no run works on it or has done so within five minutes."""
    runs = OperationRun.everywhere.filter(tenant_id=restore.tenant_id, type=RESTORE_EXECUTE.key)
    if runs.active().exists():
        return False
    ended = runs.filter(inputs__restore=restore.pk).aggregate(last=Max("completed_at"))["last"]
    return ended is None or ended <= now - LOOKS_EVERY


def _look(restore: RestoreRun, *, now: datetime) -> bool:
    run = restore.execute_run
    person = (run.initiator if run else None) or restore.confirmed_by
    if person is None or not tenants_where(person, Capability.RESTORE_EXECUTE).filter(pk=restore.tenant_id).exists():
        return False
    try:
        go_on(restore, actor=None, now=now)
    except (NotEditable, RestoreBusy):
        return False
    except DispatchFailed as error:
        log.warning("approval_not_looked_at", restore=restore.pk, run=error.run.pk)
        return False
    return True
