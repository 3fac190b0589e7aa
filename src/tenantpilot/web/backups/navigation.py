"""The backups in the side navigation."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.navigation import Group, Item

_ALSO = (
    "backup-set",
    "backup-set-policies",
    "backup-set-picker",
    "backup-set-comparison",
    "create-backup",
    "backup-trash",
    "backup-retention",
    "backup-chain-retention",
)
workspace_items = (Item(Group.PROTECTION, _("Protection"), "shield-check", "workspace-protection", place=10),)
tenant_items = (
    Item(
        Group.PROTECTION,
        _("Protection"),
        "shield-check",
        "protection",
        capability=Capability.BACKUP_VIEW,
        also_current_on=("restore-drill",),
        place=10,
    ),
    Item(
        Group.PROTECTION,
        _("Backups"),
        "database",
        "backups",
        "b",
        capability=Capability.BACKUP_VIEW,
        also_current_on=_ALSO,
        place=20,
    ),
)
