"""The words for what the capabilities of this room let a person do."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability, describe

describe(
    {
        Capability.BACKUP_VIEW: _("see backups"),
        Capability.BACKUP_RUN: _("make backups"),
        Capability.BACKUP_VERIFY: _("verify backups"),
        Capability.BACKUP_MANAGE: _("choose what backups hold"),
        Capability.BACKUP_EXPORT: _("export and import backups"),
        Capability.BACKUP_EXPORT_SECRETS: _("export backups with their secrets"),
        Capability.BACKUP_RETENTION: _("decide how long backups are kept"),
        Capability.BACKUP_DELETE: _("delete backups"),
    }
)
