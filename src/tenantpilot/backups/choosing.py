"""Choosing the policies of a scheduled backup by a saved view, which is looked up anew at each slot."""

from dataclasses import replace

from tenantpilot.backups.requests import BackupRequest, ScheduledBackupInputs
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.policy_views import policies_of_view, policy_view
from tenantpilot.inventory.selecting import PoliciesByType
from tenantpilot.operations.models import Schedule
from tenantpilot.operations.run_context import OperationFailed
from tenantpilot.operations.schedules.faults import FaultySchedule, ScheduleFault
from tenantpilot.tenancy.models import Tenant


def for_schedule(inputs: ScheduledBackupInputs, schedule_id: int) -> ScheduledBackupInputs:
    """Return the inputs of this schedule's own backup. Raises FaultySchedule if its view is gone."""
    if inputs.view:
        schedule = Schedule.everywhere.select_related("tenant").get(pk=schedule_id)
        if schedule.tenant is None or policy_view(schedule.tenant, inputs.view) is None:
            raise FaultySchedule(ScheduleFault.VIEW_GONE)
    return replace(inputs, schedule=schedule_id)


def chosen_by_view(tenant: Tenant, inputs: ScheduledBackupInputs) -> tuple[BackupRequest, PoliciesByType]:
    """Return the policies in care that the view names now. Raises OperationFailed if it is gone, or names none."""
    if policy_view(tenant, inputs.view) is None:
        raise OperationFailed("view_gone")
    by_type: dict[str, list[Policy]] = {}
    for policy in policies_of_view(tenant, inputs.view).present().in_care():
        by_type.setdefault(policy.type, []).append(policy)
    if not by_type:
        raise OperationFailed("view_empty")
    number = sum(len(policies) for policies in by_type.values())
    return BackupRequest(tuple(by_type), policies=number, view=inputs.view_name), by_type
