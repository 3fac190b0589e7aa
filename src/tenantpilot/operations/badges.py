"""The badges of runs, their items, schedules and processes."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

RUN = BadgeCatalog.add(
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
RUN_ITEM = BadgeCatalog.add(
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
SCHEDULE = BadgeCatalog.add(
    "schedule",
    {
        "active": Badge(_("Active"), Tone.SUCCESS, "play", _("It starts by the clock.")),
        "paused": Badge(_("Paused"), Tone.NEUTRAL, "ban", _("It starts nothing until it is resumed.")),
        "broken": Badge(_("Broken"), Tone.DANGER, "circle-x", _("It starts nothing until what is wrong is mended.")),
    },
)
HEALTH = BadgeCatalog.add(
    "health",
    {
        "ok": Badge(_("Working"), Tone.SUCCESS, "check"),
        "degraded": Badge(_("Degraded"), Tone.WARNING, "triangle-alert"),
        "down": Badge(_("Down"), Tone.DANGER, "x"),
        "unknown": Badge(_("Not known"), Tone.NEUTRAL, "circle-help"),
    },
)
