"""The lines of the list of schedules, with the fault of those whose saved view is gone."""

from collections.abc import Sequence
from dataclasses import replace

from tenantpilot.backups.operations import BACKUP_SCHEDULE_RUN
from tenantpilot.inventory.policy_views import policy_views
from tenantpilot.operations.schedules.faults import ScheduleFault
from tenantpilot.operations.schedules.reading import Line
from tenantpilot.tenancy.models import Tenant


def with_views(lines: Sequence[Line], tenant: Tenant) -> list[Line]:
    """Mark the schedules whose view is gone, at once and not only at their next slot. One query at most."""
    if not any(_view_of(line) for line in lines):
        return list(lines)
    view_keys = {view.key for view in policy_views(tenant)}
    return [_marked(line) if _view_of(line) and _view_of(line) not in view_keys else line for line in lines]


def _view_of(line: Line) -> int:
    """Return the key of the view by which a schedule of backups chooses; 0 for any other."""
    key = line.schedule.inputs.get("view", 0) if line.schedule.type == BACKUP_SCHEDULE_RUN.key else 0
    return key if isinstance(key, int) else 0


def _marked(line: Line) -> Line:
    return replace(line, fault=line.fault or ScheduleFault.VIEW_GONE)
