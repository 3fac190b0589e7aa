"""The search by setting in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_VIEW = Capability.INVENTORY_VIEW
workspace_items = (
    Item(
        Group.INVENTORY,
        _("Settings search"),
        "folder-search",
        "settings-search",
        also_current_on=("setting-values",),
        place=80,
    ),
)
tenant_items = (
    Item(Group.INVENTORY, _("Settings search"), "folder-search", "tenant-settings-search", capability=_VIEW, place=80),
    Item(Group.INVENTORY, _("Conflicts"), "triangle-alert", "conflicts", capability=_VIEW, place=90),
)
