"""The connection in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

tenant_items = (
    Item(
        Group.SETTINGS,
        _("Connection"),
        "plug",
        "connection",
        "c",
        Capability.TENANT_VIEW,
        ("change-directory", "change-application", "change-credential"),
    ),
)
