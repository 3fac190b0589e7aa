"""The people who reach the addresses of the search."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "search": AccessRow("workspace"),
}
