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
