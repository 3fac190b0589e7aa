"""The people who reach the addresses of the sign-in."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "sign-in-link": AccessRow("not found", arguments=("forged",)),
}
