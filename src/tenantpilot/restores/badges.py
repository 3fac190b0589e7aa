"""The badges of restores."""

from django.utils.translation import gettext_lazy as _

from tenantpilot.core.badges import Badge, BadgeCatalog, Tone

RESTORE = BadgeCatalog.add(
    "restore",
    {
        "draft": Badge(_("Draft"), Tone.NEUTRAL, "file-cog", _("It is being prepared; nothing was written.")),
        "previewing": Badge(_("Previewing"), Tone.INFO, "loader-circle", _("A worker is reading the tenant.")),
        "blocked": Badge(_("Blocked"), Tone.DANGER, "circle-x", _("None of its items can be restored as it stands.")),
        "previewed": Badge(_("Ready to confirm"), Tone.INFO, "check", _("A person has to confirm it.")),
        "asked": Badge(_("Waits for a second person"), Tone.INFO, "hourglass", _("Another person has to approve it.")),
        "expired": Badge(_("Preview expired"), Tone.WARNING, "clock", _("A new preview is needed.")),
        "confirmed": Badge(_("Confirmed"), Tone.INFO, "check", _("It is about to begin.")),
        "executing": Badge(_("Under way"), Tone.INFO, "loader-circle", _("A worker writes to the tenant.")),
        "waiting": Badge(_("Waits for approval"), Tone.INFO, "hourglass", _("A second administrator has to approve.")),
        "done": Badge(_("Done"), Tone.NEUTRAL, "check", _("It has ended.")),
        "discarded": Badge(_("Discarded"), Tone.NEUTRAL, "ban", _("Nothing was written.")),
    },
)
RESTORE_ACTION = BadgeCatalog.add(
    "restore_action",
    {
        "": Badge(_("Not known yet"), Tone.NEUTRAL, "circle-help", _("A preview finds out.")),
        "create": Badge(_("Create"), Tone.SUCCESS, "list-plus", _("The tenant does not have it.")),
        "update": Badge(_("Change"), Tone.INFO, "wrench", _("The object in the tenant is changed.")),
        "none": Badge(_("Nothing to do"), Tone.NEUTRAL, "check-check", _("The tenant has it like this.")),
        "skip": Badge(_("Leave out"), Tone.NEUTRAL, "ban", _("A person chose so.")),
        "delete": Badge(_("Delete"), Tone.DANGER, "x", _("The object in the tenant is deleted.")),
        "block": Badge(_("Blocked"), Tone.DANGER, "circle-x", _("It is not written; the reason stands beside it.")),
    },
)
RESTORE_ITEM = BadgeCatalog.add(
    "restore_item",
    {
        "pending": Badge(_("Not written"), Tone.NEUTRAL, "clock", _("Nothing was written.")),
        "not_yet": Badge(_("Not begun yet"), Tone.NEUTRAL, "clock", _("The run has not come to it yet.")),
        "writing": Badge(_("Being written"), Tone.INFO, "loader-circle", _("A worker is on it.")),
        "verified": Badge(_("Restored"), Tone.SUCCESS, "check", _("Read again, it is as it was wanted.")),
        "verified_with_differences": Badge(
            _("Differs"), Tone.WARNING, "triangle-alert", _("It was written; read again, it differs in places.")
        ),
        "unchanged": Badge(_("Unchanged"), Tone.NEUTRAL, "check-check", _("It was so already.")),
        "failed": Badge(_("Failed"), Tone.DANGER, "x", _("It was not restored; the reason stands beside it.")),
        "skipped": Badge(_("Left out"), Tone.NEUTRAL, "ban", _("It was not written.")),
        "waiting": Badge(_("Waits"), Tone.INFO, "hourglass", _("A second administrator has to approve.")),
    },
)
RESTORE_MAPPING = BadgeCatalog.add(
    "restore_mapping",
    {
        "same": Badge(_("Same object"), Tone.SUCCESS, "check", _("The tenant has it under this id.")),
        "selection": Badge(_("In this restore"), Tone.SUCCESS, "check", _("It is restored in the same run.")),
        "map": Badge(_("Another object"), Tone.INFO, "wrench", _("The reference leads to another object.")),
        "skip": Badge(_("Left out"), Tone.WARNING, "ban", _("The reference is left out.")),
        "block": Badge(_("Not decided"), Tone.DANGER, "circle-x", _("Items with this reference are not restored.")),
    },
)
