"""The files in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.web.frame.navigation import Group, Item

workspace_items = (Item(Group.INVENTORY, _("Exports"), "download", "files", also_current_on=("download-file",)),)
