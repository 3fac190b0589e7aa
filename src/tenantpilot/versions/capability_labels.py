"""The words for what the capabilities of this room let a person do."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability, describe

describe(
    {
        Capability.POLICY_CAPTURE: _("capture policies"),
        Capability.POLICY_EXPORT: _("export policies"),
        Capability.POLICY_PRUNE: _("remove old versions of policies"),
        Capability.LIBRARY_MANAGE: _("manage the library"),
    }
)
