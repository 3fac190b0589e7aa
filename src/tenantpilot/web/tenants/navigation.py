"""The tenant's own settings in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

tenant_items = (
    Item(
        Group.SETTINGS,
        _("Tenant"),
        "building-2",
        "tenant-settings",
        "",
        Capability.TENANT_MANAGE,
        ("rename-tenant", "emergency-accounts", "archive-tenant", "remove-tenant"),
        place=60,
    ),
)
