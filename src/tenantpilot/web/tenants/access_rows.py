"""The people who reach the addresses of the tenants' own settings."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "add-tenant": AccessRow("workspace role", Capability.TENANT_MANAGE),
    "tenant-settings": in_tenant(Capability.TENANT_MANAGE),
    "rename-tenant": in_tenant(Capability.TENANT_MANAGE, "post"),
    "switch-restores": in_tenant(Capability.TENANT_MANAGE, "post"),
    "emergency-accounts": in_tenant(Capability.TENANT_MANAGE),
    "archive-tenant": in_tenant(Capability.TENANT_MANAGE),
    "bring-tenant-back": in_tenant(Capability.TENANT_MANAGE, "post"),
    "remove-tenant": in_tenant(Capability.TENANT_MANAGE),
}
