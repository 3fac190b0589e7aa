"""The tenants in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.web.frame.navigation import Group, Item

_VIEWS = ("saved-views", "create-saved-view", "rename-saved-view", "delete-saved-view")
workspace_items = (
    Item(
        Group.OVERVIEW,
        _("Tenants"),
        "building-2",
        "workspace",
        "t",
        also_current_on=tuple(f"workspace-tenant-{name}" for name in _VIEWS),
    ),
)
