"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

RUN_QUEUED = audit_actions.declare("run.queued", _("Operation queued"))
RUN_CANCEL_REQUESTED = audit_actions.declare("run.cancel_requested", _("Cancel requested"))
RUN_COMPLETED = audit_actions.declare("run.completed", _("Operation ended"))
SCHEDULE_CREATED = audit_actions.declare("schedule.created", _("Schedule created"))
SCHEDULE_PAUSED = audit_actions.declare("schedule.paused", _("Schedule paused"))
SCHEDULE_RESUMED = audit_actions.declare("schedule.resumed", _("Schedule resumed"))
SCHEDULE_DELETED = audit_actions.declare("schedule.deleted", _("Schedule deleted"))
SCHEDULE_BROKEN = audit_actions.declare("schedule.broken", _("Schedule cannot start"))
