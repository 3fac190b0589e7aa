"""The operation types of backups."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.backups import reasons as _reasons  # noqa: F401 the declarations name them
from tenantpilot.backups.choosing import for_schedule
from tenantpilot.backups.portable.operations import BACKUP_EXPORT as BACKUP_EXPORT
from tenantpilot.backups.portable.operations import BACKUP_IMPORT as BACKUP_IMPORT
from tenantpilot.backups.requests import (
    BackupInputs,
    RetentionInputs,
    RevisionInputs,
    ScheduledBackupInputs,
    SetsInputs,
    VerifyInputs,
)
from tenantpilot.inventory import policy_types
from tenantpilot.inventory.operations import INVENTORY_SYNC, POLICIES
from tenantpilot.inventory.selecting import limited_to
from tenantpilot.inventory.summary_keys import POLICY_COUNT, VERSION_COUNT
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import InputsT, Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability

SETS = ngettext_lazy("backup set", "backup sets")
_COUNTS = ("total", "processed", "succeeded", "failed", POLICY_COUNT, VERSION_COUNT, "unchanged", "missing", "warnings")
_OF_READING = (
    *INVENTORY_SYNC.reason_codes,
    "policy_missing",
    "policy_not_found",
    "type_unreadable",
    "changed_during_backup",
    "payload_damaged",
)
# One type that fails says nothing of the next: the breaker stays closed.
_LIMITS = Limits(seconds=14_400, attempts=5, breaker_share=1.0)


def _as_stored(inputs: InputsT) -> InputsT:
    """Return the inputs of a schedule at the time of a slot: no types mean all that this version knows then."""
    return inputs


BACKUP_CREATE = operation_types.register(
    OperationType(
        key="backup_create",
        label=_("Backup"),
        capability=Capability.BACKUP_RUN,
        handler="tenantpilot.backups.handlers:create_backup",
        nouns=Nouns(policy_types.POLICY_TYPES, objects=POLICIES),
        inputs=BackupInputs,
        queue="bulk",
        identity_fields=("policy_types", "policies"),
        counts=_COUNTS,
        reason_codes=_OF_READING,
        limits=_LIMITS,
    )
)
BACKUP_SCHEDULE_RUN = operation_types.register(
    OperationType(
        key="backup_schedule_run",
        label=_("Scheduled backup"),
        capability=Capability.BACKUP_RUN,
        handler="tenantpilot.backups.handlers:run_scheduled_backup",
        nouns=Nouns(policy_types.POLICY_TYPES, objects=POLICIES),
        inputs=ScheduledBackupInputs,
        queue="bulk",
        identity_fields=("schedule",),
        scheduled=_as_stored,
        for_schedule=for_schedule,
        counts=_COUNTS,
        reason_codes=(*_OF_READING, "schedule_gone", "view_gone", "view_empty"),
        limits=_LIMITS,
    )
)
BACKUP_SET_ADD_POLICIES = operation_types.register(
    OperationType(
        key="backup_set_add_policies",
        label=_("Adding of policies to a backup set"),
        capability=Capability.BACKUP_MANAGE,
        handler="tenantpilot.backups.revising:add_policies",
        nouns=Nouns(POLICIES),
        inputs=RevisionInputs,
        queue="interactive",
        identity_fields=("backup_set", "policies"),
        for_items=limited_to,
        counts=("total", "processed", "succeeded", "failed", "skipped", "missing", VERSION_COUNT),
        reason_codes=(*_OF_READING, "set_busy", "set_not_found", "already_in_set"),
        limits=Limits(seconds=3_600, attempts=5),
    )
)
BACKUP_SET_REMOVE_POLICIES = operation_types.register(
    OperationType(
        key="backup_set_remove_policies",
        label=_("Removal of policies from a backup set"),
        capability=Capability.BACKUP_MANAGE,
        handler="tenantpilot.backups.revising:remove_policies",
        nouns=Nouns(POLICIES),
        inputs=RevisionInputs,
        queue="interactive",
        identity_fields=("backup_set", "policies"),
        for_items=limited_to,
        counts=("total", "processed", "succeeded", "failed", "skipped"),
        reason_codes=("policy_not_found", "set_busy", "set_not_found", "not_in_set"),
    )
)
BACKUP_VERIFY = operation_types.register(
    OperationType(
        key="backup_verify",
        label=_("Verification of a backup set"),
        capability=Capability.BACKUP_VERIFY,
        handler="tenantpilot.backups.verifying:verify_backup",
        nouns=Nouns(POLICIES),
        inputs=VerifyInputs,
        queue="bulk",
        identity_fields=("backup_set",),
        scheduled=_as_stored,
        counts=("total", "processed", "succeeded", "failed", "items"),
        reason_codes=("set_not_found", "set_busy", "payload_damaged", "secret_unreadable", "digest_mismatch"),
        limits=Limits(breaker_share=1.0),
    )
)


def _limited_to_sets(inputs: SetsInputs, keys: tuple[str, ...]) -> SetsInputs:
    return replace(inputs, sets=tuple(int(key) for key in keys))


def _of_sets(key: str, label: Promise, verb: str, reasons: Sequence[str]) -> OperationType[SetsInputs]:
    return operation_types.register(
        OperationType(
            key=key,
            label=label,
            capability=Capability.BACKUP_DELETE,
            handler=f"tenantpilot.backups.bulk:{verb}",
            nouns=Nouns(SETS),
            inputs=SetsInputs,
            queue="interactive",
            identity_fields=("sets",),
            for_items=_limited_to_sets,
            counts=("total", "processed", "succeeded", "failed", "skipped", "unchanged", "deleted", "updated"),
            reason_codes=("set_not_found", *reasons),
        )
    )


BULK_BACKUP_SET_TRASH = _of_sets(
    "bulk_backup_set_trash", _("Trashing of backup sets"), "trash_sets", ("held", "last_good", "in_use")
)
BULK_BACKUP_SET_RESTORE = _of_sets(
    "bulk_backup_set_restore", _("Return of backup sets from the trash"), "take_sets_back", ("not_in_trash",)
)
BULK_BACKUP_SET_FORCE_DELETE = _of_sets(
    "bulk_backup_set_force_delete",
    _("Deletion of backup sets for good"),
    "delete_sets",
    ("held", "in_use", "locked", "not_in_trash"),
)
APPLY_BACKUP_RETENTION = operation_types.register(
    OperationType(
        key="apply_backup_retention",
        label=_("Retention of backups"),
        capability=Capability.BACKUP_RETENTION,
        handler="tenantpilot.backups.retaining.handlers:apply_retention",
        nouns=Nouns(SETS),
        inputs=RetentionInputs,
        queue="bulk",
        identity_fields=("chain",),
        counts=("total", "processed", "succeeded", "failed", "skipped", "unchanged", "updated", "deleted"),
        reason_codes=("set_not_found", "held", "last_good", "locked", "in_use", "not_in_trash"),
    )
)
