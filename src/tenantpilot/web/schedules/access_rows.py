"""The people who reach the addresses of the schedules."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant, of_workspace

_MANAGE = Capability.SCHEDULE_MANAGE

access_rows: dict[str, AccessRow] = {
    "schedules": in_tenant(Capability.OPERATIONS_VIEW),
    "create-schedule": in_tenant(Capability.SCHEDULE_MANAGE),
    "run-schedule": in_tenant(Capability.SCHEDULE_MANAGE, "post", "schedule"),
    "run-schedules": in_tenant(Capability.SCHEDULE_MANAGE, "post"),
    "pause-schedule": in_tenant(Capability.SCHEDULE_MANAGE, "post", "schedule"),
    "resume-schedule": in_tenant(Capability.SCHEDULE_MANAGE, "post", "schedule"),
    "delete-schedule": in_tenant(Capability.SCHEDULE_MANAGE, subject="schedule"),
    "workspace-schedules": AccessRow("workspace role", Capability.OPERATIONS_VIEW),
    "workspace-create-schedule": AccessRow("workspace role", _MANAGE),
    "workspace-run-schedule": of_workspace(_MANAGE, "post", "schedule of workspace"),
    "workspace-pause-schedule": of_workspace(_MANAGE, "post", "schedule of workspace"),
    "workspace-resume-schedule": of_workspace(_MANAGE, "post", "schedule of workspace"),
    "workspace-delete-schedule": of_workspace(_MANAGE, subject="schedule of workspace"),
}
