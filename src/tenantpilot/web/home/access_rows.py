"""The people who reach the addresses of the start page and of preferences."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "home": AccessRow("signed in"),
    "preference": AccessRow("anybody", method="post", arguments=("theme",)),
}
