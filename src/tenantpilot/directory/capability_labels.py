"""The words for what the capabilities of this room let a person do."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability, describe

describe(
    {
        Capability.GROUP_SYNC: _("sync groups"),
    }
)
