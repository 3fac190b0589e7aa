"""The health of the installation in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.web.frame.navigation import Group, Item

platform_items = (Item(Group.MONITORING, _("System health"), "heart-pulse", "system-health", "h"),)
