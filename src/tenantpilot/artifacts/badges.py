"""The badges of artifacts."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

ARTIFACT = BadgeCatalog.add(
    "artifact",
    {
        "building": Badge(_("Being made"), Tone.INFO, "rotate-cw", _("A worker writes the file.")),
        "ready": Badge(_("Ready"), Tone.SUCCESS, "check", _("It can be downloaded until it expires.")),
        "expired": Badge(_("Expired"), Tone.NEUTRAL, "clock", _("Its time is up. Export again to get a new one.")),
        "gone": Badge(_("Removed"), Tone.NEUTRAL, "x", _("It is not kept any more. Export again to get a new one.")),
    },
)
