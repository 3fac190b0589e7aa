"""The one catalogue of capabilities (SEC-04). Nothing else spells one."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Capability(StrEnum):
    """The right to do one thing in a tenant or in the installation."""

    TENANT_VIEW = "tenant.view"
    INVENTORY_VIEW = "inventory.view"
    INVENTORY_SYNC = "inventory.sync"
    POLICY_IGNORE = "policy.ignore"
    POLICY_CAPTURE = "policy.capture"
    POLICY_EXPORT = "policy.export"
    POLICY_PRUNE = "policy.prune"
    LIBRARY_MANAGE = "library.manage"
    GROUP_SYNC = "group.sync"
    BACKUP_VIEW = "backup.view"
    BACKUP_RUN = "backup.run"
    BACKUP_VERIFY = "backup.verify"
    BACKUP_MANAGE = "backup.manage"
    BACKUP_EXPORT = "backup.export"
    BACKUP_EXPORT_SECRETS = "backup.export_secrets"
    BACKUP_RETENTION = "backup.retention"
    BACKUP_DELETE = "backup.delete"
    RESTORE_VIEW = "restore.view"
    RESTORE_PREVIEW = "restore.preview"
    RESTORE_EXECUTE = "restore.execute"
    RESTORE_APPROVE = "restore.approve"
    RESTORE_ENFORCE = "restore.enforce"
    RESTORE_DELETE = "restore.delete"
    OPERATIONS_VIEW = "operations.view"
    OPERATIONS_CANCEL = "operations.cancel"
    OPERATIONS_PURGE = "operations.purge"
    SCHEDULE_MANAGE = "schedule.manage"
    VIEW_SHARE = "view.share"
    CONNECTION_CHECK = "connection.check"
    CREDENTIAL_MANAGE = "credential.manage"
    MEMBER_MANAGE = "member.manage"
    TENANT_MANAGE = "tenant.manage"
    AUDIT_VIEW = "audit.view"
    PLATFORM_HEALTH_VIEW = "platform.health_view"
    WORKSPACE_MANAGE = "workspace.manage"

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS: dict[Capability, str | Promise] = {
    Capability.TENANT_VIEW: _("see the tenant"),
    Capability.INVENTORY_VIEW: _("see the inventory"),
    Capability.INVENTORY_SYNC: _("sync the inventory"),
    Capability.POLICY_IGNORE: _("ignore policies"),
    Capability.POLICY_CAPTURE: _("capture policies"),
    Capability.POLICY_EXPORT: _("export policies"),
    Capability.POLICY_PRUNE: _("remove old versions of policies"),
    Capability.LIBRARY_MANAGE: _("manage the library"),
    Capability.GROUP_SYNC: _("sync groups"),
    Capability.BACKUP_VIEW: _("see backups"),
    Capability.BACKUP_RUN: _("make backups"),
    Capability.BACKUP_VERIFY: _("verify backups"),
    Capability.BACKUP_MANAGE: _("choose what backups hold"),
    Capability.BACKUP_EXPORT: _("export and import backups"),
    Capability.BACKUP_EXPORT_SECRETS: _("export backups with their secrets"),
    Capability.BACKUP_RETENTION: _("decide how long backups are kept"),
    Capability.BACKUP_DELETE: _("delete backups"),
    Capability.RESTORE_VIEW: _("see restores"),
    Capability.RESTORE_PREVIEW: _("prepare restores"),
    Capability.RESTORE_EXECUTE: _("restore policies"),
    Capability.RESTORE_APPROVE: _("approve restores of others"),
    Capability.RESTORE_ENFORCE: _("restore policies in an enforced state"),
    Capability.RESTORE_DELETE: _("delete records of restores"),
    Capability.OPERATIONS_VIEW: _("see operations"),
    Capability.OPERATIONS_CANCEL: _("cancel operations"),
    Capability.OPERATIONS_PURGE: _("remove old operations"),
    Capability.SCHEDULE_MANAGE: _("manage schedules"),
    Capability.VIEW_SHARE: _("share saved views"),
    Capability.CONNECTION_CHECK: _("check the connection"),
    Capability.CREDENTIAL_MANAGE: _("manage the tenant's credential"),
    Capability.MEMBER_MANAGE: _("manage members"),
    Capability.TENANT_MANAGE: _("manage the tenant itself"),
    Capability.AUDIT_VIEW: _("read the audit log"),
    Capability.PLATFORM_HEALTH_VIEW: _("see the health of the installation"),
    Capability.WORKSPACE_MANAGE: _("manage workspaces"),
}
