"""The one catalogue of capabilities (SEC-04). Nothing else spells one.

Each room says in a module `capability_labels`, found by that name, what its own let a person do.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise


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
        return str(_labels[self])


_labels: dict[Capability, str | Promise] = {}


def describe(labels: Mapping[Capability, str | Promise]) -> None:
    """Add the words of a room. Raises ValueError for a capability that another room describes."""
    if doubled := _labels.keys() & labels.keys():
        raise ValueError(f"capabilities are described twice: {', '.join(sorted(doubled))}")
    _labels.update(labels)


def require_all_described() -> None:
    """Raises ValueError for a capability that no room describes."""
    if missing := [capability for capability in Capability if capability not in _labels]:
        raise ValueError(f"no room describes the capabilities {', '.join(missing)}")
