"""The people who reach the addresses of the installation."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "healthz": AccessRow("anybody"),
    "readyz": AccessRow("anybody"),
    "arrival": AccessRow("not found"),
    "metrics": AccessRow("anybody"),
    "system-health": AccessRow("platform"),
}
