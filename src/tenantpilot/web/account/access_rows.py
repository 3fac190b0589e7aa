"""The people who reach the addresses of one's own account."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "end-other-sessions": AccessRow("signed in", method="post"),
    "end-session": AccessRow("nobody's", method="post", subject="no run"),
}
