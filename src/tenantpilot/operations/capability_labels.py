"""The words for what the capabilities of this room let a person do."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability, describe

describe(
    {
        Capability.OPERATIONS_VIEW: _("see operations"),
        Capability.OPERATIONS_CANCEL: _("cancel operations"),
        Capability.OPERATIONS_PURGE: _("remove old operations"),
        Capability.SCHEDULE_MANAGE: _("manage schedules"),
        Capability.PLATFORM_HEALTH_VIEW: _("see the health of the installation"),
    }
)
