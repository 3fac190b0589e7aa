"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

audit_actions.add(
    {
        "backup_set.finished": _("Backup set finished"),
        "backup_set.revised": _("Backup set changed"),
        "backup_set.held": _("Backup set held"),
        "backup_set.released": _("Hold of a backup set released"),
        "backup_set.trashed": _("Backup set moved to the trash"),
        "backup_set.restored": _("Backup set taken back from the trash"),
        "backup_set.deleted": _("Backup set deleted for good"),
        "backup_set.verified": _("Backup set verified"),
        "backup_retention.changed": _("Retention of backups changed"),
        "backup_retention.undone": _("Change of backup retention undone"),
        "backup_retention.applied": _("Retention of backups applied"),
    }
)
