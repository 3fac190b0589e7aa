"""The words for what the capabilities of this room let a person do."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability, describe

describe(
    {
        Capability.INVENTORY_VIEW: _("see the inventory"),
        Capability.INVENTORY_SYNC: _("sync the inventory"),
        Capability.POLICY_IGNORE: _("ignore policies"),
        Capability.CONNECTION_CHECK: _("check the connection"),
    }
)
