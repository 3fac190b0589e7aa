"""The people who reach the addresses of the policies."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "inventory": in_tenant(Capability.INVENTORY_VIEW),
    "start-inventory-sync": in_tenant(Capability.INVENTORY_SYNC, "post"),
    "policy": in_tenant(Capability.INVENTORY_VIEW, subject="policy"),
    "capture-policies": in_tenant(Capability.POLICY_CAPTURE, "post"),
    "export-policies": in_tenant(Capability.POLICY_EXPORT),
    "ignore-policies": in_tenant(Capability.POLICY_IGNORE, "post"),
    "unignore-policies": in_tenant(Capability.POLICY_IGNORE, "post"),
}
