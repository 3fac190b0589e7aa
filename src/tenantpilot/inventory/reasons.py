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
            "tenant_not_in_use",
            gettext_noop("The tenant is archived or removed."),
            Owner.TENANT_MANAGER,
            gettext_noop("An owner can bring an archived tenant back."),
        ),
        Reason(
            "object_unusable",
            gettext_noop("Graph holds an object whose id or values no database can keep."),
            Owner.TENANT_ADMINISTRATOR,
            gettext_noop("Look at the object in the Intune console: mend its name and values, or make it anew."),
        ),
        Reason(
            "type_vanished",
            gettext_noop(
                "All objects of the type are gone at once[: {vanished}]. Graph was asked twice. None is marked as missing yet."
            ),
            Owner.TENANT_ADMINISTRATOR,
            gettext_noop(
                "Look at the type in the Intune console. If they were deleted, sync once more to mark them as missing."
            ),
            place="inventory",
        ),
    ]
)
