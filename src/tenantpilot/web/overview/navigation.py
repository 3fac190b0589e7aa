"""The overview in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

tenant_items = (Item(Group.OVERVIEW, _("Overview"), "gauge", "tenant-overview", "o", Capability.TENANT_VIEW),)
