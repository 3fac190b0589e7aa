"""The people who reach the addresses of the tenants of a workspace."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "workspace": AccessRow("workspace"),
    "sync-tenants": AccessRow("workspace"),
    "tenant-switcher": AccessRow("workspace"),
}
