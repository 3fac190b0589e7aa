"""The people who reach the addresses of backups."""

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.frame.access_rows import AccessRow, in_tenant

_SET = "backup set"
access_rows: dict[str, AccessRow] = {
    "protection": in_tenant(Capability.BACKUP_VIEW),
    "workspace-protection": AccessRow("workspace"),
    "restore-drill": in_tenant(Capability.BACKUP_VIEW),
    "start-restore-drill": in_tenant(Capability.BACKUP_VERIFY, "post"),
    "backups": in_tenant(Capability.BACKUP_VIEW),
    "create-backup": in_tenant(Capability.BACKUP_RUN),
    "back-up-policies": in_tenant(Capability.BACKUP_RUN),
    "backup-retention": in_tenant(Capability.BACKUP_VIEW),
    "backup-chain-retention": in_tenant(Capability.BACKUP_RETENTION, subject="backup chain"),
    "apply-backup-retention": in_tenant(Capability.BACKUP_RETENTION, "post", "backup chain"),
    "undo-backup-retention": in_tenant(Capability.TENANT_MANAGE, "post", "backup chain"),
    "backup-trash": in_tenant(Capability.BACKUP_VIEW),
    "trash-backup-sets": in_tenant(Capability.BACKUP_DELETE),
    "return-backup-sets": in_tenant(Capability.BACKUP_DELETE),
    "delete-backup-sets": in_tenant(Capability.BACKUP_DELETE),
    "backup-set": in_tenant(Capability.BACKUP_VIEW, subject=_SET),
    "backup-set-policies": in_tenant(Capability.BACKUP_VIEW, subject=_SET),
    "backup-set-picker": in_tenant(Capability.BACKUP_MANAGE, subject=_SET),
    "add-to-backup-set": in_tenant(Capability.BACKUP_MANAGE, subject=_SET),
    "remove-from-backup-set": in_tenant(Capability.BACKUP_MANAGE, subject=_SET),
    "verify-backup-set": in_tenant(Capability.BACKUP_VERIFY, "post", _SET),
    "hold-backup-set": in_tenant(Capability.BACKUP_MANAGE, "post", _SET),
    "release-backup-set": in_tenant(Capability.BACKUP_MANAGE, "post", _SET),
    "export-backup-set": in_tenant(Capability.BACKUP_EXPORT, subject=_SET),
    "import-backup-set": in_tenant(Capability.BACKUP_EXPORT),
    "backup-set-comparison": in_tenant(Capability.BACKUP_VIEW, subject=_SET),
}
