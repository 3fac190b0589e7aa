"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

audit_actions.add(
    {
        "run.queued": _("Operation queued"),
        "run.cancel_requested": _("Cancel requested"),
        "run.completed": _("Operation ended"),
        "schedule.created": _("Schedule created"),
        "schedule.paused": _("Schedule paused"),
        "schedule.resumed": _("Schedule resumed"),
        "schedule.deleted": _("Schedule deleted"),
        "schedule.broken": _("Schedule cannot start"),
    }
)
