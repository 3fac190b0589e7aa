"""The people who reach the addresses of files."""

from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "files": AccessRow("workspace"),
    "download-file": AccessRow("personal", subject="file"),
}
