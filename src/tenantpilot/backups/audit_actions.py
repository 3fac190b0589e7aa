"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

BACKUP_SET_FINISHED = audit_actions.declare("backup_set.finished", _("Backup set finished"))
BACKUP_SET_REVISED = audit_actions.declare("backup_set.revised", _("Backup set changed"))
BACKUP_SET_HELD = audit_actions.declare("backup_set.held", _("Backup set held"))
BACKUP_SET_RELEASED = audit_actions.declare("backup_set.released", _("Hold of a backup set released"))
BACKUP_SET_TRASHED = audit_actions.declare("backup_set.trashed", _("Backup set moved to the trash"))
BACKUP_SET_RESTORED = audit_actions.declare("backup_set.restored", _("Backup set taken back from the trash"))
BACKUP_SET_DELETED = audit_actions.declare("backup_set.deleted", _("Backup set deleted for good"))
BACKUP_SET_EXPORTED = audit_actions.declare("backup_set.exported", _("Backup set exported"))
BACKUP_SET_IMPORTED = audit_actions.declare("backup_set.imported", _("Backup set imported"))
BACKUP_SET_VERIFIED = audit_actions.declare("backup_set.verified", _("Backup set verified"))
BACKUP_RETENTION_CHANGED = audit_actions.declare("backup_retention.changed", _("Retention of backups changed"))
BACKUP_RETENTION_UNDONE = audit_actions.declare("backup_retention.undone", _("Change of backup retention undone"))
BACKUP_RETENTION_APPLIED = audit_actions.declare("backup_retention.applied", _("Retention of backups applied"))
