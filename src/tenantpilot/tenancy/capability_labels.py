"""The words for what the capabilities of this room let a person do."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability, describe

describe(
    {
        Capability.TENANT_VIEW: _("see the tenant"),
        Capability.CREDENTIAL_MANAGE: _("manage the tenant's credential"),
        Capability.MEMBER_MANAGE: _("manage members"),
        Capability.TENANT_MANAGE: _("manage the tenant itself"),
        Capability.AUDIT_VIEW: _("read the audit log"),
        Capability.WORKSPACE_MANAGE: _("manage workspaces"),
    }
)
