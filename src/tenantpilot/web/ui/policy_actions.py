"""Actions on policies: the one declaration, for the list, a policy's page, the palette and the shell."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.web.ui.actions import RecordAction, Surface

POLICY_ACTIONS = (
    RecordAction(
        "capture",
        _("Capture policies"),
        _("Capture"),
        "layers",
        Capability.POLICY_CAPTURE,
        "capture-policies",
        _("{0} of {1} can be captured"),
        lambda policy: policy.missing_since is None,
        command="policies capture",
    ),
    RecordAction(
        "backup",
        _("Back up policies"),
        _("Back up"),
        "database",
        Capability.BACKUP_RUN,
        "back-up-policies",
        _("{0} of {1} can be backed up"),
        lambda policy: policy.missing_since is None,
    ),
    RecordAction(
        "export",
        _("Export policies"),
        _("Export"),
        "download",
        Capability.POLICY_EXPORT,
        "export-policies",
        _("{0} of {1} can be exported"),
        lambda _policy: True,
        command="policies export",
    ),
    RecordAction(
        "restore",
        _("Restore policies"),
        _("Restore"),
        "rotate-cw",
        Capability.RESTORE_PREVIEW,
        "new-restore",
        _("{0} of {1} can be restored"),
        lambda _policy: True,
        # All policies of a tenant are restored from a backup set, chosen there.
        surfaces=frozenset({Surface.BULK, Surface.PAGE}),
    ),
    RecordAction(
        "ignore",
        _("Ignore policies"),
        _("Ignore"),
        "ban",
        Capability.POLICY_IGNORE,
        "ignore-policies",
        _("{0} of {1} can be ignored"),
        lambda policy: policy.ignored_at is None,
        command="policies ignore",
    ),
    RecordAction(
        "unignore",
        _("Stop ignoring"),
        _("Stop ignoring"),
        "rotate-cw",
        Capability.POLICY_IGNORE,
        "unignore-policies",
        _("{0} of {1} are ignored"),
        lambda policy: policy.ignored_at is not None,
        command="policies unignore",
    ),
)
