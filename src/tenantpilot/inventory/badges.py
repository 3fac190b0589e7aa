"""The badges of policies, permissions and the steps of a connection."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

POLICY_CARE = BadgeCatalog.add(
    "policy_care",
    {"ignored": Badge(_("Ignored"), Tone.NEUTRAL, "ban", _("Taken out of care in TenantPilot; the tenant has it."))},
)
POLICY_PRESENCE = BadgeCatalog.add(
    "policy_presence",
    {
        "present": Badge(_("Present"), Tone.SUCCESS, "check", _("Seen by the last sync of its type.")),
        "missing": Badge(_("Missing"), Tone.DANGER, "circle-x", _("Gone from the tenant since the time shown.")),
    },
)
PERMISSION = BadgeCatalog.add(
    "permission",
    {
        "granted": Badge(_("Granted"), Tone.SUCCESS, "check", _("The last connection check was allowed to.")),
        "missing": Badge(_("Missing"), Tone.DANGER, "x", _("The application lacks a permission.")),
        "unknown": Badge(_("Not known"), Tone.NEUTRAL, "circle-help", _("No connection check has found out yet.")),
    },
)
OPTIONAL_PERMISSION = BadgeCatalog.add(
    "optional_permission",
    {
        "granted": Badge(_("Granted"), Tone.SUCCESS, "check", _("The last connection check saw it.")),
        "not_granted": Badge(_("Not granted"), Tone.NEUTRAL, "x", _("Nothing fails without it.")),
        "unknown": Badge(_("Not known"), Tone.NEUTRAL, "circle-help", _("No connection check has found out yet.")),
    },
)
STEP = BadgeCatalog.add(
    "step",
    {
        "done": Badge(_("Done"), Tone.SUCCESS, "check"),
        "current": Badge(_("Next"), Tone.INFO, "play"),
        "later": Badge(_("Later"), Tone.NEUTRAL, "clock"),
    },
)
FRESHNESS = BadgeCatalog.add(
    "freshness", {"stale": Badge(_("Stale"), Tone.WARNING, "clock", _("Last synced more than a day ago."))}
)
POLICY_STATE = BadgeCatalog.add(
    "policy_state",
    {
        "enabled": Badge(_("On"), Tone.SUCCESS, "check", _("It is enforced.")),
        "disabled": Badge(_("Off"), Tone.NEUTRAL, "ban", _("It does nothing.")),
        "enabledForReportingButNotEnforced": Badge(
            _("Report-only"), Tone.INFO, "chart-column", _("It only reports what it would do.")
        ),
    },
)
ASSIGNMENT = BadgeCatalog.add(
    "assignment",
    {
        "included": Badge(_("Included"), Tone.SUCCESS, "check", _("It gets the policy.")),
        "excluded": Badge(_("Excluded"), Tone.WARNING, "ban", _("It is left out, whatever else includes it.")),
        "assigned": Badge(_("Assigned"), Tone.SUCCESS, "check", _("Somebody gets it.")),
        "unassigned": Badge(_("Not assigned"), Tone.NEUTRAL, "ban", _("Nobody gets it.")),
    },
)
