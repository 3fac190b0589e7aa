"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

audit_actions.add(
    {
        "restore.drafted": _("Restore prepared"),
        "restore.edited": _("Restore edited"),
        "restore.discarded": _("Restore discarded"),
        "restore.confirmed": _("Restore confirmed"),
        "restore.object_written": _("Object restored"),
        "restore.object_deleted": _("Object deleted by a restore"),
    }
)
