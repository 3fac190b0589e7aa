"""The people who reach the addresses of a tenant's overview."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "tenant-overview": in_tenant(Capability.TENANT_VIEW),
}
