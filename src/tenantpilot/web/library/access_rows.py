"""The people who reach the addresses of the libraries: those with a role in the whole workspace."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow

access_rows: dict[str, AccessRow] = {
    "libraries": AccessRow("workspace role", Capability.INVENTORY_VIEW),
    "import-policies": AccessRow("workspace role", Capability.LIBRARY_MANAGE),
    "library": AccessRow("workspace role", Capability.INVENTORY_VIEW, subject="library"),
    "delete-library": AccessRow("workspace role", Capability.LIBRARY_MANAGE, subject="library"),
    "library-policy": AccessRow("workspace role", Capability.INVENTORY_VIEW, subject="library policy"),
}
