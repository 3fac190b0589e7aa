"""The one catalogue of badges (UI-01, UX-50 to UX-52)."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise


class Tone(StrEnum):
    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True)
class Badge:
    """The look of a value. `icon` is the name of a Lucide icon."""

    label: Label
    tone: Tone
    icon: str
    help: Label = ""


class BadgeCatalog:
    """The badges by (domain, value); anything unknown is neutral and readable."""

    _badges: dict[tuple[str, str], Badge] = {}

    @classmethod
    def add(cls, domain: str, badges: dict[str, Badge]) -> None:
        cls._badges.update({(domain, value): badge for value, badge in badges.items()})

    @classmethod
    def get(cls, domain: str, value: object) -> Badge:
        """Never fails: an unknown value gets the neutral tone and its own text as label."""
        badge = cls._badges.get((domain, str(value)))
        return badge or Badge(_readable(value), Tone.NEUTRAL, "circle-help", _("TenantPilot does not know this value."))

    @classmethod
    def all(cls) -> dict[tuple[str, str], Badge]:
        return dict(cls._badges)


def _readable(value: object) -> Label:
    text = "" if value is None else str(value).strip()
    return text.replace("_", " ").capitalize() if text else _("Unknown")


BadgeCatalog.add(
    "run",
    {
        "queued": Badge(_("Queued"), Tone.NEUTRAL, "clock", _("Waits for a worker.")),
        "running": Badge(_("Running"), Tone.INFO, "loader-circle", _("A worker is on it.")),
        "succeeded": Badge(_("Succeeded"), Tone.SUCCESS, "check", _("Everything worked.")),
        "partially_succeeded": Badge(_("Partially succeeded"), Tone.WARNING, "triangle-alert", _("Some of it failed.")),
        "failed": Badge(_("Failed"), Tone.DANGER, "x", _("It did not work.")),
        "cancelled": Badge(_("Cancelled"), Tone.NEUTRAL, "ban", _("Stopped before it finished.")),
    },
)
BadgeCatalog.add(
    "run_item",
    {
        "pending": Badge(_("Pending"), Tone.NEUTRAL, "clock", _("Not settled yet.")),
        "waiting": Badge(_("Waiting"), Tone.INFO, "hourglass", _("It waits for somebody outside TenantPilot.")),
        "succeeded": Badge(_("Succeeded"), Tone.SUCCESS, "check", _("It worked.")),
        "unchanged": Badge(_("Unchanged"), Tone.NEUTRAL, "check-check", _("It was so already.")),
        "skipped": Badge(_("Skipped"), Tone.NEUTRAL, "ban", _("Left out on purpose.")),
        "failed": Badge(_("Failed"), Tone.DANGER, "x", _("It did not work; the reason stands beside it.")),
        "not_attempted": Badge(_("Not attempted"), Tone.NEUTRAL, "ban", _("The run ended before its turn came.")),
    },
)
BadgeCatalog.add(
    "policy_care",
    {"ignored": Badge(_("Ignored"), Tone.NEUTRAL, "ban", _("Taken out of care in TenantPilot; the tenant has it."))},
)
BadgeCatalog.add(
    "schedule",
    {
        "active": Badge(_("Active"), Tone.SUCCESS, "play", _("It starts by the clock.")),
        "paused": Badge(_("Paused"), Tone.NEUTRAL, "ban", _("It starts nothing until it is resumed.")),
        "broken": Badge(_("Broken"), Tone.DANGER, "circle-x", _("It starts nothing until what is wrong is mended.")),
    },
)
BadgeCatalog.add(
    "policy_presence",
    {
        "present": Badge(_("Present"), Tone.SUCCESS, "check", _("Seen by the last sync of its type.")),
        "missing": Badge(_("Missing"), Tone.DANGER, "circle-x", _("Gone from the tenant since the time shown.")),
    },
)
BadgeCatalog.add(
    "policy_state",
    {
        "enabled": Badge(_("On"), Tone.SUCCESS, "check", _("It is enforced.")),
        "disabled": Badge(_("Off"), Tone.NEUTRAL, "ban", _("It does nothing.")),
        "enabledForReportingButNotEnforced": Badge(
            _("Report-only"), Tone.INFO, "chart-column", _("It only reports what it would do.")
        ),
    },
)
BadgeCatalog.add(
    "assignment",
    {
        "included": Badge(_("Included"), Tone.SUCCESS, "check", _("It gets the policy.")),
        "excluded": Badge(_("Excluded"), Tone.WARNING, "ban", _("It is left out, whatever else includes it.")),
        "assigned": Badge(_("Assigned"), Tone.SUCCESS, "check", _("Somebody gets it.")),
        "unassigned": Badge(_("Not assigned"), Tone.NEUTRAL, "ban", _("Nobody gets it.")),
    },
)
BadgeCatalog.add(
    "health",
    {
        "ok": Badge(_("Working"), Tone.SUCCESS, "check"),
        "degraded": Badge(_("Degraded"), Tone.WARNING, "triangle-alert"),
        "down": Badge(_("Down"), Tone.DANGER, "x"),
        "unknown": Badge(_("Not known"), Tone.NEUTRAL, "circle-help"),
    },
)
BadgeCatalog.add(
    "permission",
    {
        "granted": Badge(_("Granted"), Tone.SUCCESS, "check", _("The last connection check was allowed to.")),
        "missing": Badge(_("Missing"), Tone.DANGER, "x", _("The application lacks a permission.")),
        "unknown": Badge(_("Not known"), Tone.NEUTRAL, "circle-help", _("No connection check has found out yet.")),
    },
)
BadgeCatalog.add(
    "connection",
    {
        "connected": Badge(_("Connected"), Tone.SUCCESS, "plug", _("TenantPilot has signed in to the tenant.")),
        "none": Badge(_("Not connected"), Tone.WARNING, "plug", _("TenantPilot has never signed in to the tenant.")),
        "archived": Badge(_("Archived"), Tone.NEUTRAL, "ban", _("It stays readable, and nothing runs.")),
        "removing": Badge(_("Being removed"), Tone.WARNING, "ban", _("An operation deletes what is kept of it.")),
    },
)
BadgeCatalog.add(
    "workspace",
    {
        "active": Badge(_("Active"), Tone.SUCCESS, "check", _("People work in it.")),
        "ownerless": Badge(_("No owner yet"), Tone.WARNING, "triangle-alert", _("Nobody can manage it.")),
        "archived": Badge(_("Archived"), Tone.NEUTRAL, "ban", _("It stays readable, and nothing runs.")),
    },
)
BadgeCatalog.add(
    "step",
    {
        "done": Badge(_("Done"), Tone.SUCCESS, "check"),
        "current": Badge(_("Next"), Tone.INFO, "play"),
        "later": Badge(_("Later"), Tone.NEUTRAL, "clock"),
    },
)
BadgeCatalog.add(
    "credential",
    {
        "valid": Badge(_("Valid"), Tone.SUCCESS, "check"),
        "open": Badge(_("No expiry noted"), Tone.NEUTRAL, "circle-help", _("Its expiry was not entered.")),
        "soon": Badge(_("Expires soon"), Tone.WARNING, "triangle-alert", _("Less than 30 days are left.")),
        "expired": Badge(_("Expired"), Tone.DANGER, "x", _("Microsoft refuses it now.")),
        "none": Badge(_("None"), Tone.DANGER, "circle-x", _("TenantPilot cannot sign in to this tenant.")),
    },
)
BadgeCatalog.add(
    "second_factor",
    {
        "on": Badge(_("On"), Tone.SUCCESS, "shield-check", _("Each sign-in asks for more than the password.")),
        "off": Badge(_("Off"), Tone.WARNING, "triangle-alert", _("The password alone lets the person in.")),
    },
)
BadgeCatalog.add("session", {"this": Badge(_("This device"), Tone.INFO, "laptop", _("The session of this page."))})
BadgeCatalog.add(
    "person",
    {
        "active": Badge(_("Active"), Tone.SUCCESS, "check", _("May sign in.")),
        "off": Badge(_("Switched off"), Tone.NEUTRAL, "ban", _("May not sign in; roles and history stay.")),
    },
)
BadgeCatalog.add(
    "invitation",
    {
        "open": Badge(_("Invited"), Tone.INFO, "mail", _("The link was not used yet.")),
        "used": Badge(_("Accepted"), Tone.SUCCESS, "check", _("The link was used.")),
        "withdrawn": Badge(_("Withdrawn"), Tone.NEUTRAL, "ban", _("The link opens nothing any more.")),
        "expired": Badge(_("Expired"), Tone.NEUTRAL, "clock", _("The link was not used in time.")),
    },
)
