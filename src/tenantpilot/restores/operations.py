"""The operation types of restores."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.core.stored import StoredData
from tenantpilot.inventory.operations import INVENTORY_SYNC
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.restores import reasons as _reasons  # noqa: F401 the declarations name them
from tenantpilot.tenancy.capabilities import Capability

ITEMS = ngettext_lazy("item", "items")
OBJECTS = ngettext_lazy("object", "objects")


@dataclass(frozen=True)
class RestoreInputs(StoredData):
    """The restore that the run works on."""

    restore: int


RESTORE_PREVIEW = operation_types.register(
    OperationType(
        key="restore_preview",
        label=_("Preview of a restore"),
        capability=Capability.RESTORE_PREVIEW,
        handler="tenantpilot.restores.handlers:preview_restore",
        nouns=Nouns(ITEMS),
        inputs=RestoreInputs,
        queue="interactive",
        identity_fields=("restore",),
        counts=("total", "processed", "succeeded", "failed", "skipped", "items", "warnings"),
        reason_codes=(
            *INVENTORY_SYNC.reason_codes, "conflict", "moved", "unmapped", "doubled_target", "would_be_empty", "reference_needed", "foreign_id", "preview_only",
            "delivered_missing", "dependency_cycle", "dependency_blocked", "object_unreadable", "version_damaged", "object_gone", "definition_gone",
            "lockout_risk", "secret_masked", "needs_new_object", "changed_since_restore", "left_out", "restore_changed",
        ),
        limits=Limits(seconds=3_600, attempts=3),
    )
)  # fmt: skip

RESTORE_EXECUTE = operation_types.register(
    OperationType(
        key="restore_execute",
        label=_("Execution of a restore"),
        capability=Capability.RESTORE_EXECUTE,
        handler="tenantpilot.restores.handlers:execute_restore",
        nouns=Nouns(ITEMS, objects=OBJECTS),
        inputs=RestoreInputs,
        queue="interactive",
        counts=(
            "total", "processed", "succeeded", "failed", "skipped", "waiting", "created", "updated", "deleted", "unchanged",
            "assignments", "warnings",
        ),
        reason_codes=(
            *INVENTORY_SYNC.reason_codes, "changed_since_preview", "needs_new_object", "dependency_failed", "half_written",
            "verified_with_differences", "items_differ", "approval_required", "approval_pending", "approval_refused", "approval_expired", "secret_masked",
            "write_outcome_unknown", "not_accepted", "left_out", "restore_not_confirmed", "restore_changed", "lockout_risk",
        ),
        limits=Limits(seconds=14_400, attempts=5),
        writes_tenant=True,
        is_partial_with_warnings=True,
    )
)  # fmt: skip
