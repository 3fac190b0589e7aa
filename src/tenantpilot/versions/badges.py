"""The badges of versions."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

VERSION_RESTORABLE = BadgeCatalog.add(
    "version_restorable",
    {
        "yes": Badge(_("Restorable"), Tone.SUCCESS, "check", _("All of it can be written back to the tenant.")),
        "secret_missing": Badge(
            _("Secret missing"), Tone.WARNING, "triangle-alert", _("Microsoft hides a secret, which is not kept.")
        ),
        "content_missing": Badge(
            _("Content missing"), Tone.WARNING, "triangle-alert", _("Microsoft does not give its content back.")
        ),
        "preview_only": Badge(
            _("Preview only"), Tone.NEUTRAL, "circle-help", _("It can be compared; writing it is left to a person.")
        ),
    },
)
DIFFERENCE = BadgeCatalog.add(
    "difference",
    {
        "changed": Badge(_("Changed"), Tone.INFO, "wrench", _("Another value than before.")),
        "added": Badge(_("Added"), Tone.SUCCESS, "list-plus", _("It was not there before.")),
        "removed": Badge(_("Removed"), Tone.DANGER, "x", _("It is not there any more.")),
        "moved": Badge(_("Moved"), Tone.INFO, "chevrons-up-down", _("The same, at another place of its list.")),
        "secret": Badge(_("Secret"), Tone.WARNING, "key-round", _("The secret is another one; it is not shown.")),
        "service_added": Badge(_("By the service"), Tone.NEUTRAL, "list-plus", _("Microsoft added it.")),
    },
)
ASSIGNMENT_MODE = BadgeCatalog.add(
    "assignment_mode",
    {
        "include": Badge(_("Included"), Tone.SUCCESS, "check", _("The policy is assigned to it.")),
        "exclude": Badge(_("Excluded"), Tone.DANGER, "ban", _("The policy is kept from it, whatever else it is in.")),
    },
)
