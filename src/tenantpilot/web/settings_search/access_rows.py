"""The people who reach the addresses of the search by setting. Across tenants, each finds what is theirs."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "settings-search": AccessRow("workspace"),
    "setting-values": AccessRow("setting", Capability.INVENTORY_VIEW, subject="setting"),
    "tenant-settings-search": in_tenant(Capability.INVENTORY_VIEW),
    "conflicts": in_tenant(Capability.INVENTORY_VIEW),
}
