"""The badges of what pages keep themselves."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

SAVED_VIEW = BadgeCatalog.add(
    "saved_view",
    {
        "private": Badge(_("Only you"), Tone.NEUTRAL, "lock", _("Nobody else sees this view.")),
        "shared": Badge(_("Shared"), Tone.NEUTRAL, "users", _("Everybody who may see this list sees this view.")),
    },
)
