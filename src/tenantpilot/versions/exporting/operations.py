"""The operation type of exports."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tenantpilot.inventory.operations import POLICIES
from tenantpilot.inventory.selecting import PolicySelection, limited_to
from tenantpilot.inventory.summary_keys import POLICY_COUNT
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions import reasons as _of_versions  # noqa: F401 the declaration names them
from tenantpilot.versions.exporting import reasons as _reasons  # noqa: F401 the declaration names them
from tenantpilot.versions.exporting.states import LayoutKey


@dataclass(frozen=True)
class ExportInputs(PolicySelection):
    """The policies to export, the layout of the archive, and the person for whom the file is."""

    layout: str = LayoutKey.INTUNECD.value
    person: int | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a layout that is not known."""
        super().__post_init__()
        LayoutKey(self.layout)


BULK_POLICY_EXPORT = operation_types.register(
    OperationType(
        key="bulk_policy_export",
        label=_("Policy export"),
        capability=Capability.POLICY_EXPORT,
        handler="tenantpilot.versions.exporting.handlers:export_policies",
        nouns=Nouns(POLICIES),
        inputs=ExportInputs,
        queue="bulk",
        identity_fields=("policies", "layout", "person"),
        for_items=limited_to,
        counts=("total", "processed", "succeeded", "failed", "skipped", "items", POLICY_COUNT, "warnings"),
        reason_codes=("policy_not_found", "version_missing", "version_unreadable"),
        limits=Limits(seconds=3_600, attempts=5),
    )
)
