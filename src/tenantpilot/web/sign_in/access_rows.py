"""The people who reach the addresses of the sign-in."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "sign-in-link": AccessRow("not found", arguments=("forged",)),
    "set-up": AccessRow("not found", arguments=("1-forged",)),
    "accept-invitation": AccessRow("not found", arguments=("1-forged",)),
    "recover": AccessRow("not found", arguments=("1-forged",)),
}
