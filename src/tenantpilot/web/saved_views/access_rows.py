"""The people who reach the addresses of the saved views."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant, own

access_rows: dict[str, AccessRow] = {
    "workspace-saved-views": AccessRow("workspace"),
    "workspace-create-saved-view": AccessRow("workspace"),
    "workspace-saved-view": own(across=True),
    "workspace-rename-saved-view": own(across=True),
    "workspace-share-saved-view": AccessRow("workspace role alone", method="post", subject="view across"),
    "workspace-unshare-saved-view": own("post", across=True),
    "workspace-delete-saved-view": own("post", across=True),
    "saved-views": in_tenant(Capability.OPERATIONS_VIEW),
    "create-saved-view": in_tenant(Capability.OPERATIONS_VIEW),
    "saved-view": own(),
    "rename-saved-view": own(),
    "share-saved-view": own("post"),
    "unshare-saved-view": own("post"),
    "delete-saved-view": own("post"),
}
