"""The operation types of portable archives."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tenantpilot.backups.portable import reasons as _reasons  # noqa: F401 the declarations name them
from tenantpilot.core.stored import StoredData
from tenantpilot.inventory.operations import POLICIES
from tenantpilot.inventory.summary_keys import VERSION_COUNT
from tenantpilot.operations.summary import Nouns
from tenantpilot.operations.types import Limits, OperationType, operation_types
from tenantpilot.tenancy.capabilities import Capability


@dataclass(frozen=True)
class ExportInputs(StoredData):
    """The set, the person for whom the file is, and who can open it: recipients, or a passphrase kept as `key`."""

    backup_set: int
    person: int | None = None
    recipients: tuple[str, ...] = ()
    key: int = 0
    key_mark: str = ""
    with_secrets: bool = False


@dataclass(frozen=True)
class ImportInputs(StoredData):
    """The uploaded archive by its hash and its artifact, and the key that opens it."""

    sha256: str
    artifact: int
    key: int


def secrets_capability(inputs: ExportInputs) -> Capability | None:
    """Return the further capability that secrets in the archive need."""
    return Capability.BACKUP_EXPORT_SECRETS if inputs.with_secrets else None


BACKUP_EXPORT = operation_types.register(
    OperationType(
        key="backup_export",
        label=_("Backup set export"),
        capability=Capability.BACKUP_EXPORT,
        handler="tenantpilot.backups.portable.handlers:export_set",
        nouns=Nouns(POLICIES),
        inputs=ExportInputs,
        queue="bulk",
        identity_fields=("backup_set", "person", "recipients", "key_mark", "with_secrets"),
        counts=("total", "processed", "succeeded", "items"),
        reason_codes=(
            "set_not_found",
            "payload_damaged",
            "secret_unreadable",
            "key_gone",
            "too_large_for_passphrase",
        ),
        limits=Limits(attempts=5),
        also_needs=secrets_capability,
    )
)
BACKUP_IMPORT = operation_types.register(
    OperationType(
        key="backup_import",
        label=_("Backup set import"),
        capability=Capability.BACKUP_EXPORT,
        handler="tenantpilot.backups.portable.handlers:import_set",
        nouns=Nouns(POLICIES),
        inputs=ImportInputs,
        queue="bulk",
        identity_fields=("sha256",),
        counts=("total", "processed", "succeeded", "items", VERSION_COUNT),
        reason_codes=(
            "archive_gone",
            "wrong_key",
            "key_gone",
            "archive_truncated",
            "not_a_set_archive",
            "archive_changed",
            "archive_version",
            "other_directory",
            "object_unusable",
            "upload_unreadable",
        ),
        limits=Limits(attempts=5),
        uses_upload=True,
    )
)
