"""Reason codes of exports."""

from django.utils.translation import gettext_noop

from tenantpilot.core.reasons import Owner, Reason, ReasonCatalog

ReasonCatalog.add(
    [
        Reason(
            "version_missing",
            gettext_noop("The policy has no version yet, so there is nothing to export."),
            Owner.OPERATOR,
            gettext_noop("Capture the policy, then export again."),
        ),
    ]
)
