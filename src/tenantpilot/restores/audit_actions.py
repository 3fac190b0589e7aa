"""The actions that this room records in the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.audit.actions import audit_actions

RESTORE_DRAFTED = audit_actions.declare("restore.drafted", _("Restore prepared"))
RESTORE_EDITED = audit_actions.declare("restore.edited", _("Restore edited"))
RESTORE_DISCARDED = audit_actions.declare("restore.discarded", _("Restore discarded"))
RESTORE_CONFIRMED = audit_actions.declare("restore.confirmed", _("Restore confirmed"))
RESTORE_TRASHED = audit_actions.declare("restore.trashed", _("Restore moved to the trash"))
RESTORE_TAKEN_BACK = audit_actions.declare("restore.taken_back", _("Restore taken back from the trash"))
RESTORE_DELETED = audit_actions.declare("restore.deleted", _("Restore deleted for good"))
RESTORE_OBJECT_WRITTEN = audit_actions.declare("restore.object_written", _("Object restored"))
RESTORE_OBJECT_DELETED = audit_actions.declare("restore.object_deleted", _("Object deleted by a restore"))
RESTORE_DRILLED = audit_actions.declare("restore.drilled", _("Restore drill ended"))
SECOND_PERSON_NEEDED = audit_actions.declare("restore.second_person_needed", _("Second person for restores turned on"))
SECOND_PERSON_ENDING = audit_actions.declare(
    "restore.second_person_ending", _("Second person for restores to be turned off")
)
SECOND_PERSON_ENDING_UNDONE = audit_actions.declare(
    "restore.second_person_ending_undone", _("Second person for restores stays on")
)
RESTORE_APPROVAL_ASKED = audit_actions.declare("restore.approval_asked", _("Approval of a restore asked for"))
RESTORE_APPROVED = audit_actions.declare("restore.approved", _("Restore approved"))
RESTORE_REFUSED = audit_actions.declare("restore.refused", _("Restore refused"))
