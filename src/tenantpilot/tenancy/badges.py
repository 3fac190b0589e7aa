"""The badges of tenants, people and their links."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

CONNECTION = BadgeCatalog.add(
    "connection",
    {
        "connected": Badge(_("Connected"), Tone.SUCCESS, "plug", _("TenantPilot has signed in to the tenant.")),
        "none": Badge(_("Not connected"), Tone.WARNING, "plug", _("TenantPilot has never signed in to the tenant.")),
        "archived": Badge(_("Archived"), Tone.NEUTRAL, "ban", _("It stays readable, and nothing runs.")),
        "removing": Badge(_("Being removed"), Tone.WARNING, "ban", _("An operation deletes what is kept of it.")),
    },
)
WORKSPACE = BadgeCatalog.add(
    "workspace",
    {
        "active": Badge(_("Active"), Tone.SUCCESS, "check", _("People work in it.")),
        "ownerless": Badge(_("No owner yet"), Tone.WARNING, "triangle-alert", _("Nobody can manage it.")),
        "archived": Badge(_("Archived"), Tone.NEUTRAL, "ban", _("It stays readable, and nothing runs.")),
    },
)
CREDENTIAL = BadgeCatalog.add(
    "credential",
    {
        "valid": Badge(_("Valid"), Tone.SUCCESS, "check"),
        "open": Badge(_("No expiry noted"), Tone.NEUTRAL, "circle-help", _("Its expiry was not entered.")),
        "soon": Badge(_("Expires soon"), Tone.WARNING, "triangle-alert", _("Less than 30 days are left.")),
        "expired": Badge(_("Expired"), Tone.DANGER, "x", _("Microsoft refuses it now.")),
        "none": Badge(_("None"), Tone.DANGER, "circle-x", _("TenantPilot cannot sign in to this tenant.")),
    },
)
SECOND_FACTOR = BadgeCatalog.add(
    "second_factor",
    {
        "on": Badge(_("On"), Tone.SUCCESS, "shield-check", _("Each sign-in asks for more than the password.")),
        "off": Badge(_("Off"), Tone.WARNING, "triangle-alert", _("The password alone lets the person in.")),
    },
)
SESSION = BadgeCatalog.add(
    "session", {"this": Badge(_("This device"), Tone.INFO, "laptop", _("The session of this page."))}
)
PERSON = BadgeCatalog.add(
    "person",
    {
        "active": Badge(_("Active"), Tone.SUCCESS, "check", _("May sign in.")),
        "off": Badge(_("Switched off"), Tone.NEUTRAL, "ban", _("May not sign in; roles and history stay.")),
    },
)
INVITATION = BadgeCatalog.add(
    "invitation",
    {
        "open": Badge(_("Invited"), Tone.INFO, "mail", _("The link was not used yet.")),
        "used": Badge(_("Accepted"), Tone.SUCCESS, "check", _("The link was used.")),
        "withdrawn": Badge(_("Withdrawn"), Tone.NEUTRAL, "ban", _("The link opens nothing any more.")),
        "expired": Badge(_("Expired"), Tone.NEUTRAL, "clock", _("The link was not used in time.")),
    },
)
