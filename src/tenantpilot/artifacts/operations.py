"""The operation type that removes what has expired."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.artifacts import reasons as _reasons  # noqa: F401 the catalogue holds them from the start
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, NoInputs, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability

ARTIFACT_PURGE = operation_types.register(
    OperationType(
        key="artifact_purge",
        label=_("Removal of expired files"),
        capability=Capability.OPERATIONS_PURGE,
        handler="tenantpilot.artifacts.handlers:purge_artifacts",
        nouns=Nouns(ngettext_lazy("file", "files")),
        inputs=NoInputs,
        queue="bulk",
        counts=("deleted",),
        limits=Limits(seconds=3_600, attempts=5),
    )
)
