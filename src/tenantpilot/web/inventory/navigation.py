"""The policies in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_ALSO = ("policy", "ignore-policies", "unignore-policies", "capture-policies", "export-policies")
tenant_items = (Item(Group.INVENTORY, _("Policies"), "layers", "inventory", "p", Capability.INVENTORY_VIEW, _ALSO),)
