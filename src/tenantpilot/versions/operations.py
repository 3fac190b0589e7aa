"""The operation types of versions."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.inventory.following import capture_by
from tenantpilot.inventory.operations import INVENTORY_SYNC, POLICIES
from tenantpilot.inventory.selecting import PolicySelection, limited_to
from tenantpilot.inventory.summary_keys import VERSION_COUNT
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, NoInputs, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions import reasons as _reasons  # noqa: F401 the declaration names them
from tenantpilot.versions.exporting.operations import BULK_POLICY_EXPORT as BULK_POLICY_EXPORT
from tenantpilot.versions.library.operations import POLICY_IMPORT as POLICY_IMPORT
from tenantpilot.versions.pruning import PruneInputs

VERSIONS = ngettext_lazy("version", "versions")


@dataclass(frozen=True)
class CaptureInputs(PolicySelection):
    """The policies to take versions of."""


capture_by("tenantpilot.versions.sync_capture:SyncCapture")

POLICY_CAPTURE = operation_types.register(
    OperationType(
        key="policy_capture",
        label=_("Capture of policies"),
        capability=Capability.POLICY_CAPTURE,
        handler="tenantpilot.versions.handlers:capture_policies",
        nouns=Nouns(POLICIES),
        inputs=CaptureInputs,
        queue="bulk",
        identity_fields=("policies",),
        for_items=limited_to,
        counts=(
            "total",
            "processed",
            "succeeded",
            "unchanged",
            "failed",
            "skipped",
            "missing",
            VERSION_COUNT,
            "warnings",
        ),
        reason_codes=tuple(
            dict.fromkeys((*INVENTORY_SYNC.reason_codes, "policy_missing", "policy_ignored", "policy_not_found"))
        ),
        limits=Limits(seconds=3_600, attempts=5),
    )
)

SETTING_INDEX_FILL = operation_types.register(
    OperationType(
        key="setting_index_fill",
        label=_("Filling of the setting index"),
        capability=Capability.POLICY_CAPTURE,
        handler="tenantpilot.versions.index_handlers:fill_setting_index",
        nouns=Nouns(POLICIES),
        inputs=NoInputs,
        queue="bulk",
        counts=("total", "processed", "succeeded", "unchanged", "failed", "skipped"),
        reason_codes=tuple(dict.fromkeys((*INVENTORY_SYNC.reason_codes, "policy_not_found", "version_unreadable"))),
        limits=Limits(seconds=3_600, attempts=5),
    )
)

POLICY_VERSION_PRUNE = operation_types.register(
    OperationType(
        key="policy_version_prune",
        label=_("Removal of old versions"),
        capability=Capability.POLICY_PRUNE,
        handler="tenantpilot.versions.pruning_handlers:prune_versions",
        nouns=Nouns(VERSIONS),
        inputs=PruneInputs,
        queue="bulk",
        identity_fields=("versions",),
        for_items=lambda inputs, keys: replace(inputs, versions=keys),
        counts=("total", "processed", "succeeded", "skipped", "failed", "deleted"),
        reason_codes=("version_newest", "held_by_backup", "held_by_baseline", "held_by_restore", "version_gone"),
    )
)

PAYLOAD_SWEEP = operation_types.register(
    OperationType(
        key="payload_sweep",
        label=_("Sweep of unused versions and payloads"),
        capability=Capability.OPERATIONS_PURGE,
        handler="tenantpilot.versions.sweeping:sweep_payloads",
        nouns=Nouns(ngettext_lazy("payload", "payloads")),
        inputs=NoInputs,
        queue="bulk",
        counts=("deleted", "versions"),
        limits=Limits(seconds=3_600, attempts=5),
    )
)
