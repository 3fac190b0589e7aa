"""The people who reach the addresses of the notifications."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "notifications": AccessRow("workspace"),
    "notifications-panel": AccessRow("workspace"),
    "mark-all-notifications-read": AccessRow("workspace", method="post"),
    "notification": AccessRow("personal", subject="notification"),
    "mark-notification-read": AccessRow("personal", method="post", subject="notification"),
}
