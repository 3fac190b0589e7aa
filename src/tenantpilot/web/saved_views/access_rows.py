"""The people who reach the addresses of the saved views."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant, own


def _of_list(prefix: str, capability: Capability, subject: str) -> dict[str, AccessRow]:
    """Return the rows of the views of a list of a tenant."""
    return {
        f"{prefix}saved-views": in_tenant(capability),
        f"{prefix}create-saved-view": in_tenant(capability),
        f"{prefix}saved-view": own(subject=subject),
        f"{prefix}rename-saved-view": own(subject=subject),
        f"{prefix}share-saved-view": own("post", subject=subject),
        f"{prefix}unshare-saved-view": own("post", subject=subject),
        f"{prefix}delete-saved-view": own("post", subject=subject),
    }


access_rows: dict[str, AccessRow] = {
    "workspace-saved-views": AccessRow("workspace"),
    "workspace-create-saved-view": AccessRow("workspace"),
    "workspace-saved-view": own(subject="view across", across=True),
    "workspace-rename-saved-view": own(subject="view across", across=True),
    "workspace-share-saved-view": AccessRow("workspace role alone", method="post", subject="view across"),
    "workspace-unshare-saved-view": own("post", subject="view across", across=True),
    "workspace-delete-saved-view": own("post", subject="view across", across=True),
    **_of_list("", Capability.OPERATIONS_VIEW, "view"),
    **_of_list("policy-", Capability.INVENTORY_VIEW, "policy view"),
}
