"""Restores in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_ALSO = (
    "restore-trash",
    "trash-restores",
    "return-restores",
    "delete-restores",
    "new-restore",
    "restore-of-set",
    "restore-scope",
    "restore-mapping",
    "restore-preview",
    "restore-confirmation",
    "restore-approval",
    "restore-result",
)
tenant_items = (
    Item(
        Group.PROTECTION,
        _("Restores"),
        "rotate-cw",
        "restores",
        capability=Capability.RESTORE_VIEW,
        also_current_on=_ALSO,
        place=70,
    ),
)
