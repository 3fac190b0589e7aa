"""The people who reach the addresses of the operations."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "workspace-operations": AccessRow("workspace"),
    "workspace-operation-run": AccessRow("workspace object", subject="no run"),
    "workspace-cancel-operation-runs": AccessRow("workspace"),
    "operations": in_tenant(Capability.OPERATIONS_VIEW),
    "operation-run": in_tenant(Capability.OPERATIONS_VIEW, subject="run"),
    "cancel-operation-run": in_tenant(Capability.OPERATIONS_CANCEL, "post", "run"),
    "run-again": in_tenant(Capability.INVENTORY_SYNC, "post", "ended run"),
    "retry-failed-items": in_tenant(Capability.INVENTORY_SYNC, "post", "ended run"),
    "cancel-operation-runs": in_tenant(Capability.OPERATIONS_CANCEL),
}
