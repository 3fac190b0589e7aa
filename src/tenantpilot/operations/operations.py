"""The operation types of the engine itself."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.operations.offboarding.stored import RemovalCheckpoint, RemovalInputs
from tenantpilot.operations.retention.checkpoints import RetentionCheckpoint
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, NoInputs, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability

OPERATION_RETENTION = operation_types.register(
    OperationType(
        key="operation_retention",
        label=_("Retention of operations"),
        capability=Capability.OPERATIONS_PURGE,
        handler="tenantpilot.operations.retention.handlers:remove_old_runs",
        nouns=Nouns(ngettext_lazy("run", "runs")),
        inputs=NoInputs,
        checkpoint=RetentionCheckpoint,
        queue="bulk",
        counts=("deleted",),
        limits=Limits(seconds=6 * 3_600, attempts=5),
    )
)
TENANT_REMOVAL = operation_types.register(
    OperationType(
        key="tenant_removal",
        label=_("Removal of a tenant"),
        capability=Capability.TENANT_MANAGE,
        handler="tenantpilot.operations.offboarding.handlers:remove_tenant",
        nouns=Nouns(ngettext_lazy("row", "rows")),
        inputs=RemovalInputs,
        checkpoint=RemovalCheckpoint,
        queue="bulk",
        identity_fields=("tenant_id",),
        counts=("total", "processed", "deleted"),
        reason_codes=("removal_not_confirmed", "removal_in_use"),
        limits=Limits(seconds=6 * 3_600, attempts=5),
    )
)

BACKFILL_WORKSPACE_IDS = operation_types.register(
    OperationType(
        key="backfill_workspace_ids",
        label=_("Mending of workspace ids"),
        capability=Capability.OPERATIONS_PURGE,
        handler="tenantpilot.operations.offboarding.backfill_handlers:backfill_workspace_ids",
        nouns=Nouns(ngettext_lazy("table", "tables"), objects=ngettext_lazy("row", "rows")),
        inputs=NoInputs,
        queue="bulk",
        counts=("total", "processed", "succeeded", "failed", "updated"),
        limits=Limits(seconds=6 * 3_600, attempts=5, breaker_share=1.0),
    )
)
