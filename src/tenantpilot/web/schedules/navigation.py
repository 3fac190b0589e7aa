"""The schedules in the side navigation, on both planes."""

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
workspace_items = (
    Item(
        Group.MONITORING,
        _("Schedules"),
        "timer",
        "workspace-schedules",
        "s",
        Capability.OPERATIONS_VIEW,
        ("workspace-create-schedule", "workspace-delete-schedule"),
        place=20,
    ),
)
