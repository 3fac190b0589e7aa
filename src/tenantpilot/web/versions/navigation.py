"""The versions in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_ALSO = (
    "policy-versions",
    "policy-version",
    "policy-version-rest",
    "policy-version-payload",
    "policy-version-line",
    "policy-comparison",
    "policy-live-comparison",
    "prune-versions",
    "version-comparison",
    "policy-counterparts",
)
tenant_items = (
    Item(
        Group.INVENTORY,
        _("Versions"),
        "layers",
        "versions",
        capability=Capability.INVENTORY_VIEW,
        also_current_on=_ALSO,
        place=60,
    ),
)
