"""Read the schedules of a tenant or of workspaces for a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from tenantpilot.operations.models import Schedule, ScheduleSlot
from tenantpilot.operations.schedules.cadence import Cadence
from tenantpilot.operations.schedules.faults import ScheduleFault
from tenantpilot.operations.schedules.models import ScheduleQuerySet
from tenantpilot.operations.types import OperationType, UnknownOperationType, operation_types
from tenantpilot.tenancy.access import TenantAccess, WorkspaceAccess
from tenantpilot.tenancy.models import Tenant, Workspace

AT_MOST = 200


@dataclass(frozen=True)
class Line:
    """A schedule with the slot that it filled last. `fault` is what keeps its next slot from being filled."""

    schedule: Schedule
    last: ScheduleSlot | None
    fault: ScheduleFault | None = None

    @property
    def state(self) -> str:
        """Return the value of the `schedule` badge."""
        if self.schedule.paused_at:
            return "paused"
        return "broken" if self.why_broken else "active"

    @property
    def cadence(self) -> Cadence | None:
        """Return None where it cannot be read on this machine."""
        try:
            return self.schedule.cadence
        except Exception:
            return None

    @property
    def why_broken(self) -> str:
        """Empty while it works. What nobody ticked yet is broken all the same."""
        if self.cadence is None:
            return str(ScheduleFault.TIME_UNREADABLE.label)
        fault = self.fault or self.schedule.fault
        return str(ScheduleFault(fault).label) if fault and fault in ScheduleFault else ""


def lines_of(tenant: Tenant) -> list[Line]:
    """By name. Two queries, however many schedules there are."""
    return _lines(Schedule.objects.of_tenant(tenant))


def lines_of_workspaces(workspaces: Iterable[Workspace]) -> list[Line]:
    """By name, those of whole workspaces alone. Two queries, however many schedules there are."""
    return _lines(Schedule.objects.of_workspaces(workspaces).select_related("workspace"))


def _lines(rows: ScheduleQuerySet) -> list[Line]:
    latest = ScheduleSlot.objects.filter(schedule=OuterRef("pk")).order_by("-slot_at").values("pk")[:1]
    schedules = list(rows.annotate(latest=Subquery(latest)).by_name()[:AT_MOST])
    latest_of = {schedule.pk: getattr(schedule, "latest") for schedule in schedules}  # noqa: B009 annotated above
    slots = ScheduleSlot.objects.select_related("run__tenant", "run__cancel_requested_by").in_bulk(
        [slot for slot in latest_of.values() if slot]
    )
    return [Line(schedule, slots.get(latest_of[schedule.pk]), fault_of(schedule)) for schedule in schedules]


def fault_of(schedule: Schedule) -> ScheduleFault | None:
    """Return the fault of what it asks for, before the scheduler comes to see it; None if this version can do it."""
    try:
        operation_type = operation_types.get(schedule.type)
        operation_type.inputs.from_json(schedule.inputs)
    except UnknownOperationType:
        return ScheduleFault.TYPE_UNKNOWN
    except Exception:
        return ScheduleFault.INPUTS_UNREADABLE
    return None


def schedulable(access: TenantAccess | WorkspaceAccess) -> list[OperationType[Any]]:
    """Return the operation types that the person may schedule there: only those that they could start themselves."""
    of_workspace = isinstance(access, WorkspaceAccess)
    return [
        operation_type
        for operation_type in operation_types.all()
        if operation_type.scheduled is not None
        and operation_type.of_workspace == of_workspace
        and access.may(operation_type.capability)
    ]
