"""The people who reach the addresses of the statistics."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "operation-statistics": in_tenant(Capability.OPERATIONS_VIEW),
}
