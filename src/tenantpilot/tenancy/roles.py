"""The one table from roles to capabilities (SEC-04)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability


class Role(TextChoices):
    """Roles of a member, in a tenant or in a whole workspace, strongest first."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    OPERATOR = "operator", _("Operator")
    READONLY = "readonly", _("Reader")


_READ = frozenset(
    {
        Capability.TENANT_VIEW,
        Capability.INVENTORY_VIEW,
        Capability.OPERATIONS_VIEW,
        Capability.BACKUP_VIEW,
        Capability.RESTORE_VIEW,
    }
)
_OPERATE = _READ | {
    Capability.INVENTORY_SYNC,
    Capability.CONNECTION_CHECK,
    Capability.POLICY_IGNORE,
    Capability.POLICY_CAPTURE,
    Capability.POLICY_EXPORT,
    Capability.GROUP_SYNC,
    Capability.BACKUP_RUN,
    Capability.BACKUP_VERIFY,
    Capability.RESTORE_PREVIEW,
    Capability.OPERATIONS_CANCEL,
    Capability.SCHEDULE_MANAGE,
    Capability.VIEW_SHARE,
}
_MANAGE = _OPERATE | {
    Capability.CREDENTIAL_MANAGE,
    Capability.AUDIT_VIEW,
    Capability.POLICY_PRUNE,
    Capability.LIBRARY_MANAGE,
    Capability.BACKUP_MANAGE,
    Capability.BACKUP_EXPORT,
    Capability.BACKUP_RETENTION,
    Capability.BACKUP_DELETE,
    Capability.RESTORE_EXECUTE,
    Capability.RESTORE_APPROVE,
    Capability.RESTORE_DELETE,
}
_OWN = _MANAGE | {
    Capability.MEMBER_MANAGE,
    Capability.TENANT_MANAGE,
    Capability.OPERATIONS_PURGE,
    Capability.BACKUP_EXPORT_SECRETS,
    Capability.RESTORE_ENFORCE,
}

ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.READONLY: _READ,
    Role.OPERATOR: _OPERATE,
    Role.MANAGER: _MANAGE,
    Role.OWNER: _OWN,
}

PLATFORM_CAPABILITIES = frozenset({Capability.PLATFORM_HEALTH_VIEW, Capability.WORKSPACE_MANAGE})

# What is left of a role in a tenant that is archived: to read, to bring it back, to remove it.
IN_ARCHIVED_TENANT = _READ | {Capability.AUDIT_VIEW, Capability.MEMBER_MANAGE, Capability.TENANT_MANAGE}


def roles_with(capability: Capability) -> tuple[Role, ...]:
    """Return the roles that may do it: what a refusal tells the person to ask for."""
    return tuple(role for role in Role if capability in ROLE_CAPABILITIES[role])
