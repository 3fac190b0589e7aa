"""The schedules in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

tenant_items = (
    Item(
        Group.MONITORING,
        _("Schedules"),
        "timer",
        "schedules",
        "s",
        Capability.OPERATIONS_VIEW,
        ("create-schedule", "delete-schedule"),
        place=20,
    ),
)
