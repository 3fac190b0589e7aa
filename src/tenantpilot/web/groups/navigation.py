"""The groups in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

tenant_items = (
    Item(
        Group.INVENTORY,
        _("Groups"),
        "users-round",
        "groups",
        capability=Capability.INVENTORY_VIEW,
        also_current_on=("group",),
        place=70,
    ),
)
