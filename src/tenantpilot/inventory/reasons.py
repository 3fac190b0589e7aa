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
        Reason(
            "object_unusable",
            gettext_noop("Graph holds an object whose id or values no database can keep."),
            Owner.TENANT_ADMINISTRATOR,
            gettext_noop("Look at the object in the Intune console: mend its name and values, or make it anew."),
        ),
    ]
)
