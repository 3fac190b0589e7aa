"""Reason codes of versions."""

from django.utils.translation import gettext_noop

from tenantpilot.core.reasons import Owner, Reason, ReasonCatalog

ReasonCatalog.add(
    [
        Reason(
            "policy_missing",
            gettext_noop("The policy is not in the tenant any more."),
            Owner.OPERATOR,
            gettext_noop("Nothing is lost: its versions stay. Sync the inventory to see it as missing."),
        ),
        Reason(
            "policy_ignored",
            gettext_noop("The policy is ignored, so it was left out."),
            Owner.OPERATOR,
            gettext_noop("Stop ignoring it, or capture it by hand."),
        ),
        Reason(
            "version_unreadable",
            gettext_noop("The stored bytes of the version are not those that were stored."),
            Owner.NOBODY,
            gettext_noop(
                "Capture the policy when it has changed; its older versions can be compared among each other."
            ),
        ),
        Reason(
            "version_gone",
            gettext_noop("The version is not there any more."),
            Owner.NOBODY,
            gettext_noop("Nothing has to be done."),
        ),
        Reason(
            "version_newest",
            gettext_noop("It is the newest version of its policy, which always stays."),
            Owner.NOBODY,
            gettext_noop("Nothing has to be done."),
        ),
        Reason(
            "held_by_backup",
            gettext_noop("A backup holds the version."),
            Owner.NOBODY,
            gettext_noop("Remove the backup first, or let its retention remove it."),
        ),
        Reason(
            "held_by_restore",
            gettext_noop("A restore holds the version."),
            Owner.NOBODY,
            gettext_noop("Remove the record of the restore first."),
        ),
        Reason(
            "held_by_baseline",
            gettext_noop("A baseline holds the version."),
            Owner.NOBODY,
            gettext_noop("Choose another version for the baseline first."),
        ),
    ]
)
