"""The people who reach the addresses of the operations."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant, of_workspace

access_rows: dict[str, AccessRow] = {
    "workspace-operations": AccessRow("workspace"),
    "workspace-operation-run": of_workspace(Capability.OPERATIONS_VIEW),
    "workspace-cancel-operation-run": of_workspace(Capability.OPERATIONS_CANCEL, "post"),
    "workspace-run-again": of_workspace(Capability.INVENTORY_SYNC, "post", "ended run of workspace"),
    "workspace-retry-failed-items": of_workspace(Capability.INVENTORY_SYNC, "post", "ended run of workspace"),
    "workspace-cancel-operation-runs": AccessRow("workspace"),
    "operations": in_tenant(Capability.OPERATIONS_VIEW),
    "operation-run": in_tenant(Capability.OPERATIONS_VIEW, subject="run"),
    "cancel-operation-run": in_tenant(Capability.OPERATIONS_CANCEL, "post", "run"),
    "run-again": in_tenant(Capability.INVENTORY_SYNC, "post", "ended run"),
    "retry-failed-items": in_tenant(Capability.INVENTORY_SYNC, "post", "ended run"),
    "cancel-operation-runs": in_tenant(Capability.OPERATIONS_CANCEL),
}
