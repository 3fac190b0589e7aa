"""The people who reach the addresses of the groups."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "groups": in_tenant(Capability.INVENTORY_VIEW),
    "start-group-sync": in_tenant(Capability.GROUP_SYNC, "post"),
    "group": in_tenant(Capability.INVENTORY_VIEW, subject="group"),
}
