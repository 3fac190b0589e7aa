"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

PAYLOAD_DAMAGED = audit_actions.declare("payload.damaged", _("Stored policy found damaged"))
PAYLOAD_MENDED = audit_actions.declare("payload.mended", _("Damaged policy stored again"))
VERSION_REMOVED = audit_actions.declare("version.removed", _("Version of a policy removed"))
VERSIONS_SWEPT = audit_actions.declare("version.swept", _("Unused versions of backups removed"))
LIBRARY_CREATED = audit_actions.declare("library.created", _("Library added"))
LIBRARY_REMOVED = audit_actions.declare("library.removed", _("Library removed"))
LIBRARY_IMPORTED = audit_actions.declare("library.imported", _("Policies imported into a library"))
