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


def _of_list_across(prefix: str, subject: str) -> dict[str, AccessRow]:
    """Return the rows of the views of a list on the workspace plane."""
    return {
        f"workspace-{prefix}saved-views": AccessRow("workspace"),
        f"workspace-{prefix}create-saved-view": AccessRow("workspace"),
        f"workspace-{prefix}saved-view": own(subject=subject, across=True),
        f"workspace-{prefix}rename-saved-view": own(subject=subject, across=True),
        f"workspace-{prefix}share-saved-view": AccessRow("workspace role alone", method="post", subject=subject),
        f"workspace-{prefix}unshare-saved-view": own("post", subject=subject, across=True),
        f"workspace-{prefix}delete-saved-view": own("post", subject=subject, across=True),
    }


access_rows: dict[str, AccessRow] = {
    **_of_list_across("", "view across"),
    **_of_list_across("tenant-", "tenant view across"),
    **_of_list("", Capability.OPERATIONS_VIEW, "view"),
    **_of_list("policy-", Capability.INVENTORY_VIEW, "policy view"),
}
