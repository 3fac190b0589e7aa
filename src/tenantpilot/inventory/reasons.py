"""Reason codes of the inventory."""

from django.utils.translation import gettext_noop

from tenantpilot.core.reasons import Owner, Reason, ReasonCatalog

ReasonCatalog.add(
    [
        Reason(
            "policy_not_found",
            gettext_noop("The tenant's inventory has no such policy."),
            Owner.OPERATOR,
            gettext_noop("Sync the inventory, then choose again."),
        ),
    ]
)
