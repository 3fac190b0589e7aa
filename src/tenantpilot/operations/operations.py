"""The operation types of the engine itself."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

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
