"""The people who reach the addresses of the activity widget."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "activity": AccessRow("signed in"),
}
