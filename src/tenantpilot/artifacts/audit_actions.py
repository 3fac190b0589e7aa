"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

audit_actions.add(
    {
        "artifact.ready": _("File made"),
        "artifact.downloaded": _("File downloaded"),
        "artifact.removed": _("File removed"),
    }
)
