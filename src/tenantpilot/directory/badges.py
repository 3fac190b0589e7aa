"""The badges of groups."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

GROUP_PRESENCE = BadgeCatalog.add(
    "group_presence",
    {
        "present": Badge(_("Present"), Tone.SUCCESS, "check", _("The last group sync saw it in the tenant.")),
        "deleted": Badge(_("Deleted"), Tone.WARNING, "ban", _("Entra keeps it for 30 days and can bring it back.")),
        "gone": Badge(_("Gone"), Tone.DANGER, "circle-x", _("It is not in the tenant any more.")),
    },
)
