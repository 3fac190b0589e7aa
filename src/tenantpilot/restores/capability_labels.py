"""The words for what the capabilities of this room let a person do."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability, describe

describe(
    {
        Capability.RESTORE_VIEW: _("see restores"),
        Capability.RESTORE_PREVIEW: _("prepare restores"),
        Capability.RESTORE_EXECUTE: _("restore policies"),
        Capability.RESTORE_APPROVE: _("approve restores of others"),
        Capability.RESTORE_ENFORCE: _("restore policies in an enforced state"),
        Capability.RESTORE_DELETE: _("delete records of restores"),
    }
)
