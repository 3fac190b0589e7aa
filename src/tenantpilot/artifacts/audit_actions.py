"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

ARTIFACT_READY = audit_actions.declare("artifact.ready", _("File made"))
ARTIFACT_DOWNLOADED = audit_actions.declare("artifact.downloaded", _("File downloaded"))
ARTIFACT_REMOVED = audit_actions.declare("artifact.removed", _("File removed"))
