"""The installation's workspaces in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

platform_items = (
    Item(
        Group.SETTINGS,
        _("Workspaces"),
        "building-2",
        "workspaces",
        "w",
        Capability.WORKSPACE_MANAGE,
        (
            "add-workspace",
            "workspace-settings",
            "rename-workspace",
            "invite-owner",
            "archive-workspace",
            "remove-workspace",
        ),
    ),
)
