"""The audit log in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_PAGE = (Group.GOVERNANCE, _("Audit log"), "scroll-text")
tenant_items = (Item(*_PAGE, "tenant-audit", "a", Capability.AUDIT_VIEW),)
workspace_items = (Item(*_PAGE, "workspace-audit", "a", Capability.AUDIT_VIEW),)
platform_items = (Item(*_PAGE, "system-audit", "a"),)
