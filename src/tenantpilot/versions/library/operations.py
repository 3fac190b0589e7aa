"""The operation type of imports."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tenantpilot.core.stored import StoredData
from tenantpilot.inventory.operations import POLICIES
from tenantpilot.inventory.summary_keys import POLICY_COUNT
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability
from tenantpilot.versions.library import reasons as _reasons  # noqa: F401 the declaration names them


@dataclass(frozen=True)
class ImportInputs(StoredData):
    """The library to import into, and the uploaded archive by its key and its hash."""

    library: int
    artifact: int
    sha256: str


POLICY_IMPORT = operation_types.register(
    OperationType(
        key="policy_import",
        label=_("Library import"),
        capability=Capability.LIBRARY_MANAGE,
        handler="tenantpilot.versions.library.handlers:import_policies",
        nouns=Nouns(ngettext_lazy("file", "files"), objects=POLICIES),
        inputs=ImportInputs,
        queue="bulk",
        identity_fields=("library", "sha256"),
        counts=(
            "total", "processed", "succeeded", "failed", "skipped", "created", "unchanged", POLICY_COUNT, "warnings",
        ),
        reason_codes=(
            "archive_refused", "archive_unsafe", "archive_gone", "upload_unreadable", "too_large", "not_a_policy", "no_policies",
            "no_number", "nested_too_deep", "library_gone",
        ),
        # A folder holds much that is no policy: the breaker stays closed.
        limits=Limits(seconds=3_600, attempts=5, breaker_share=1.0),
        uses_upload=True,
    )
)  # fmt: skip
