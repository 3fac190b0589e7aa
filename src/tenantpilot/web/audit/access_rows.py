"""The people who reach the addresses of the audit log."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "system-audit": AccessRow("platform"),
    "workspace-audit": AccessRow("workspace role", Capability.AUDIT_VIEW),
    "tenant-audit": in_tenant(Capability.AUDIT_VIEW),
}
