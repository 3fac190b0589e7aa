"""The badges of backups."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

BadgeCatalog.add(
    "backup_set",
    {
        "building": Badge(_("Building"), Tone.INFO, "loader-circle", _("Its run is under way.")),
        "complete": Badge(_("Complete"), Tone.SUCCESS, "shield-check", _("All that was asked for was read whole.")),
        "incomplete": Badge(
            _("Incomplete"), Tone.WARNING, "triangle-alert", _("Something that was asked for could not be read.")
        ),
        "failed": Badge(_("Failed"), Tone.DANGER, "circle-x", _("It holds nothing.")),
        "damaged": Badge(_("Damaged"), Tone.DANGER, "circle-x", _("A verification found that it is not as it was.")),
    },
)
BadgeCatalog.add(
    "backup_hold",
    {"held": Badge(_("Held"), Tone.INFO, "lock", _("A hold keeps it from the trash."))},
)
BadgeCatalog.add(
    "backup_verdict",
    {
        "intact": Badge(_("Intact"), Tone.SUCCESS, "badge-check", _("Every payload, secret and the digest are right.")),
        "damaged": Badge(_("Damaged"), Tone.DANGER, "circle-x", _("Something is not as it was.")),
    },
)
BadgeCatalog.add(
    "backup_gap",
    {
        "failed": Badge(_("Not read"), Tone.DANGER, "circle-x", _("The set does not hold it.")),
        "missing": Badge(_("Gone"), Tone.NEUTRAL, "x", _("It was not in the tenant any more.")),
        "changed": Badge(
            _("Changed meanwhile"), Tone.WARNING, "triangle-alert", _("It was changed while the backup was read.")
        ),
    },
)
BadgeCatalog.add(
    "in_backup_set",
    {
        "held": Badge(_("In the set"), Tone.SUCCESS, "check", _("The set holds its newest version.")),
        "older": Badge(_("Older version"), Tone.WARNING, "clock", _("The set holds an older version.")),
        "absent": Badge(_("Not in the set"), Tone.NEUTRAL, "x", _("The set does not hold it.")),
    },
)
BadgeCatalog.add(
    "protection",
    {
        "protected": Badge(_("Protected"), Tone.SUCCESS, "shield-check", _("The last good set is young enough.")),
        "by_hand": Badge(
            _("Not scheduled"),
            Tone.WARNING,
            "triangle-alert",
            _("There is a good set. No schedule makes the next."),
        ),
        "overdue": Badge(
            _("Overdue"), Tone.DANGER, "clock", _("There was no good set for twice the time between two of them.")
        ),
        "newest_not_good": Badge(
            _("Newest not good"),
            Tone.DANGER,
            "triangle-alert",
            _("The newest set is incomplete, failed or damaged. The last good set is older."),
        ),
        "none": Badge(_("Not protected"), Tone.DANGER, "circle-x", _("There is no good set.")),
    },
)
