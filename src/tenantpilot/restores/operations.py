"""The operation types of restores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.core.stored import StoredData
from tenantpilot.inventory.operations import INVENTORY_SYNC, POLICIES
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, NoInputs, OperationType, operation_types
from tenantpilot.restores import reasons as _reasons  # noqa: F401 the declarations name them
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.summary_keys import ASSIGNMENT_COUNT

ITEMS = ngettext_lazy("item", "items")
OBJECTS = ngettext_lazy("object", "objects")
RESTORES = ngettext_lazy("restore", "restores")
MOST_SAMPLED = 2_000
LONGEST_SEED = 64


@dataclass(frozen=True)
class RestoreInputs(StoredData):
    """The restore that the run works on."""

    restore: int


@dataclass(frozen=True)
class RecordsInputs(StoredData):
    """The restores whose records a bulk operation is about."""

    restores: tuple[int, ...]


@dataclass(frozen=True)
class DrillInputs(StoredData):
    """The number of policies that a drill looks at, and the seed that chooses them; empty: the week's own."""

    sample: int = 500
    seed: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if not 1 <= self.sample <= MOST_SAMPLED or len(self.seed) > LONGEST_SEED:
            raise ValueError(f"a drill looks at 1 to {MOST_SAMPLED} policies, by a seed of {LONGEST_SEED} characters")


def _as_stored(inputs: DrillInputs) -> DrillInputs:
    return inputs


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
            "lockout_risk", "lockout_together", "emergency_accounts_missing", "emergency_accounts_unreadable",
            "secret_masked", "needs_new_object", "changed_since_restore", "left_out", "restore_changed",
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
            ASSIGNMENT_COUNT, "warnings",
        ),
        reason_codes=(
            *INVENTORY_SYNC.reason_codes, "changed_since_preview", "changed_since_restore", "deleted_since_preview", "namesake_appeared", "needs_new_object", "dependency_failed", "dependency_pending", "half_written",
            "verified_with_differences", "items_differ", "approval_required", "approval_pending", "approval_refused", "approval_expired", "approval_not_taken", "secret_masked",
            "write_outcome_unknown", "not_accepted", "left_out", "restore_not_confirmed", "preview_outdated", "enforcement_not_allowed",
            "lockout_risk", "lockout_together", "emergency_accounts_missing", "emergency_accounts_unreadable",
        ),
        limits=Limits(seconds=14_400, attempts=5),
        writes_tenant=True,
        is_partial_with_warnings=True,
    )
)  # fmt: skip

RESTORE_DRILL = operation_types.register(
    OperationType(
        key="restore_drill",
        label=_("Drill of a restore"),
        capability=Capability.BACKUP_VERIFY,
        handler="tenantpilot.restores.handlers:drill_restore",
        nouns=Nouns(POLICIES),
        inputs=DrillInputs,
        queue="bulk",
        scheduled=_as_stored,
        counts=("total", "processed", "succeeded", "failed", "unchanged"),
        reason_codes=(*RESTORE_PREVIEW.reason_codes, "no_good_set"),
        limits=Limits(seconds=7_200, attempts=5, breaker_share=1.0),
    )
)
RESTORE_APPROVAL_CHECK = operation_types.register(
    OperationType(
        key="restore_approval_check",
        label=_("Look at approvals of restores"),
        capability=Capability.RESTORE_EXECUTE,
        handler="tenantpilot.restores.handlers:check_approvals",
        nouns=Nouns(RESTORES),
        inputs=NoInputs,
        queue="interactive",
        counts=("total", "processed", "succeeded", "failed", "unchanged"),
        reason_codes=INVENTORY_SYNC.reason_codes,
        limits=Limits(seconds=3_600, attempts=3, breaker_share=1.0),
    )
)


def _limited_to_records(inputs: RecordsInputs, keys: tuple[str, ...]) -> RecordsInputs:
    return replace(inputs, restores=tuple(int(key) for key in keys))


def _of_records(key: str, label: Promise, verb: str, reasons: Sequence[str]) -> OperationType[RecordsInputs]:
    return operation_types.register(
        OperationType(
            key=key,
            label=label,
            capability=Capability.RESTORE_DELETE,
            handler=f"tenantpilot.restores.bulk:{verb}",
            nouns=Nouns(RESTORES),
            inputs=RecordsInputs,
            queue="interactive",
            identity_fields=("restores",),
            for_items=_limited_to_records,
            counts=("total", "processed", "succeeded", "failed", "skipped", "unchanged", "deleted", "updated"),
            reason_codes=("restore_gone", *reasons),
        )
    )


BULK_RESTORE_RUN_TRASH = _of_records("bulk_restore_run_trash", _("Trashing of restores"), "trash_records", ("in_use",))
BULK_RESTORE_RUN_RESTORE = _of_records(
    "bulk_restore_run_restore", _("Return of restores from the trash"), "take_records_back", ("not_in_trash",)
)
BULK_RESTORE_RUN_FORCE_DELETE = _of_records(
    "bulk_restore_run_force_delete", _("Deletion of restores for good"), "delete_records", ("in_use", "not_in_trash")
)
