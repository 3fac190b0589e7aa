"""The libraries in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_ALSO = ("library", "library-policy", "import-policies", "delete-library")
workspace_items = (Item(Group.INVENTORY, _("Library"), "layers", "libraries", "", Capability.INVENTORY_VIEW, _ALSO),)
