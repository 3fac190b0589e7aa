"""Starting what every workspace does once a day: the retention of its runs, and what rooms above add."""

from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from tenantpilot.core.outages import is_outage
from tenantpilot.operations.operations import OPERATION_RETENTION
from tenantpilot.operations.results import DispatchFailed
from tenantpilot.operations.retention.models import DailySlot
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import NoInputs, OperationType
from tenantpilot.tenancy.models import Workspace
from tenantpilot.tenancy.stops import installation_stop

log = structlog.get_logger(__name__)

AT_MOST = 50


def start_daily(
    *,
    now: datetime,
    service: OperationRunService | None = None,
    operation_type: OperationType[NoInputs] = OPERATION_RETENTION,
) -> int:
    """Start what is due in some workspaces, once, whoever else asks; answers how many. System runs: nobody is told."""
    if installation_stop() is not None:
        return 0
    runs = service or OperationRunService()
    day = (now - timedelta(hours=settings.OPERATIONS_RETENTION_HOUR)).date()
    started = DailySlot.everywhere.filter(type=operation_type.key, day__gte=day).values("workspace")
    due = Workspace.objects.exclude(pk__in=started).order_by("pk")[:AT_MOST]
    return sum(_start_apart(operation_type, workspace, day, runs, now=now) for workspace in due)


def _start_apart(
    operation_type: OperationType[NoInputs],
    workspace: Workspace,
    day: date,
    runs: OperationRunService,
    *,
    now: datetime,
) -> bool:
    """A workspace that fails stops no other. Raises in an outage."""
    try:
        return _start(operation_type, workspace, day, runs, now=now)
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("daily_run_not_started", type=operation_type.key, workspace=workspace.pk)
        return False


def _start(
    operation_type: OperationType[NoInputs],
    workspace: Workspace,
    day: date,
    runs: OperationRunService,
    *,
    now: datetime,
) -> bool:
    with transaction.atomic():
        if not _take(operation_type, workspace, day):
            return False
        try:
            runs.start(operation_type, tenant=None, workspace=workspace, initiator=None, inputs=NoInputs(), now=now)
        except DispatchFailed as failed:
            # Its run is kept, and says so; tomorrow is another day.
            log.warning("daily_run_not_started", run_id=failed.run.pk)
    return True


def _take(operation_type: OperationType[NoInputs], workspace: Workspace, day: date) -> bool:
    """The row decides, never what was read of it before."""
    slots = DailySlot.everywhere.filter(workspace=workspace, type=operation_type.key)
    if slots.filter(day__lt=day).update(day=day):
        return True
    if slots.exists():
        return False
    slot = DailySlot(workspace=workspace, type=operation_type.key, day=day - timedelta(days=1))
    DailySlot.everywhere.bulk_create([slot], ignore_conflicts=True)
    return bool(slots.filter(day__lt=day).update(day=day))
