"""The people who reach the addresses of the connection page."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

access_rows: dict[str, AccessRow] = {
    "connection": in_tenant(Capability.TENANT_VIEW),
    "start-connection-check": in_tenant(Capability.CONNECTION_CHECK, "post"),
    "change-directory": in_tenant(Capability.TENANT_MANAGE, "post"),
    "change-application": in_tenant(Capability.CREDENTIAL_MANAGE, "post"),
    "change-credential": in_tenant(Capability.CREDENTIAL_MANAGE, "post"),
}
