"""The people who reach the addresses of the installation's workspaces."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow


def _of_platform(method: str = "get", subject: str = "workspace") -> AccessRow:
    return AccessRow("platform", Capability.WORKSPACE_MANAGE, method, subject)


access_rows: dict[str, AccessRow] = {
    "workspaces": _of_platform(subject=""),
    "add-workspace": _of_platform(subject=""),
    "workspace-settings": _of_platform(),
    "rename-workspace": _of_platform("post"),
    "invite-owner": _of_platform("post"),
    "archive-workspace": _of_platform(),
    "bring-workspace-back": _of_platform("post"),
    "remove-workspace": _of_platform(),
}
