"""The tenants in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.web.frame.navigation import Group, Item

workspace_items = (Item(Group.OVERVIEW, _("Tenants"), "building-2", "workspace", "t"),)
