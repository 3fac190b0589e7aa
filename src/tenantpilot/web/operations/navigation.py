"""The operations in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_SHARED = ("cancel-operation-runs", "saved-views", "create-saved-view", "rename-saved-view", "delete-saved-view")
tenant_items = (
    Item(
        Group.MONITORING,
        _("Operations"),
        "activity",
        "operations",
        "r",
        Capability.OPERATIONS_VIEW,
        ("operation-run", "cancel-operation-run", "operation-statistics", *_SHARED),
        place=10,
    ),
)
workspace_items = (
    Item(
        Group.MONITORING,
        _("Operations"),
        "activity",
        "workspace-operations",
        "r",
        also_current_on=("workspace-operation-run", *(f"workspace-{name}" for name in _SHARED)),
        place=10,
    ),
)
