"""The people who reach the addresses of stopping and resuming work."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "stop-all-work": AccessRow("platform", method="post"),
    "resume-all-work": AccessRow("platform", method="post"),
    "stop-tenant-work": in_tenant(Capability.OPERATIONS_CANCEL, "post"),
    "resume-tenant-work": in_tenant(Capability.OPERATIONS_CANCEL, "post"),
}
