"""The notifications in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.web.frame.navigation import Group, Item

workspace_items = (Item(Group.MONITORING, _("Notifications"), "bell", "notifications", "n", place=20),)
