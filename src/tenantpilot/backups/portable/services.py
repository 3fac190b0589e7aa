"""Asking for exports and imports of backup sets."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tenantpilot.artifacts.building import NewArtifact
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import Purpose
from tenantpilot.artifacts.uploads import discard_upload, over, started_or_cleaned_up
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.encrypting import IDENTITY, KeyRefused, require_passphrase, require_recipients
from tenantpilot.backups.portable.operations import (
    BACKUP_EXPORT,
    BACKUP_IMPORT,
    ExportInputs,
    ImportInputs,
    secrets_capability,
)
from tenantpilot.backups.portable.transfer_keys import TransferKey, forget_key, keep_key, mark_of
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.access import resolve_tenant
from tenantpilot.tenancy.models import Tenant, User


@dataclass(frozen=True)
class Protection:
    """The protection of an archive: recipients, or a passphrase. One of both."""

    recipients: tuple[str, ...] = ()
    passphrase: str = field(default="", repr=False)
    with_secrets: bool = False

    def require_sound(self) -> None:
        """Raises KeyRefused."""
        if bool(self.recipients) == bool(self.passphrase):
            raise KeyRefused("Give recipients or a passphrase, one of both.")
        if self.with_secrets and not self.recipients:
            raise KeyRefused("Secrets are exported to recipients alone, not with a passphrase.")
        if self.passphrase:
            require_passphrase(self.passphrase)
        require_recipients(self.recipients)


def start_export(
    *, backup_set: BackupSet, initiator: User | None, protection: Protection, now: datetime
) -> Started | AlreadyActive:
    """Make a file of the set, for the person alone. Raises KeyRefused, NotVisible, CapabilityMissing, DispatchFailed.

    Without `initiator` an operator asks at a shell, who may.
    """
    protection.require_sound()
    tenant, passphrase = backup_set.tenant, protection.passphrase
    inputs = ExportInputs(
        backup_set.pk,
        person=initiator.pk if initiator else None,
        recipients=tuple(sorted({text.strip() for text in protection.recipients})),
        key=keep_key(tenant, passphrase, now=now).pk if passphrase else 0,
        key_mark=mark_of(tenant, passphrase) if passphrase else "",
        with_secrets=protection.with_secrets,
    )
    if initiator and (further := secrets_capability(inputs)):
        resolve_tenant(initiator, tenant.slug).require(further)
    start = OperationRunService().start
    return started_or_cleaned_up(
        lambda: start(BACKUP_EXPORT, tenant=tenant, initiator=initiator, inputs=inputs, now=now),
        lambda: forget_key(tenant, inputs.key),
    )


def start_import(
    *, tenant: Tenant, initiator: User | None, name: str, parts: Iterable[bytes], key: str, now: datetime
) -> Started | AlreadyActive:
    """Keep the uploaded archive until its import has ended. Raises KeyRefused, DispatchFailed."""
    if not key.strip():
        raise KeyRefused(f"Give the identity ({IDENTITY}…) or the passphrase that opens the archive.")
    hashed = _Hashed(parts)
    new = NewArtifact(tenant.workspace_id, initiator, Purpose.BACKUP_IMPORT, name[:200], tenant=tenant)
    artifact = keep_file(new, hashed, now=now)
    inputs = ImportInputs(hashed.sha256, artifact.pk, keep_key(tenant, key.strip(), now=now).pk)

    def clean_up() -> None:
        discard_upload(artifact.pk, now=now)
        forget_key(tenant, inputs.key)

    start = OperationRunService().start
    return started_or_cleaned_up(
        lambda: start(BACKUP_IMPORT, tenant=tenant, initiator=initiator, inputs=inputs, now=now), clean_up
    )


def forget_keys(*, now: datetime) -> int:
    """Delete the keys whose runs ended without doing so, and those that no run ever asked for."""
    keys = list(over("key", TransferKey.everywhere.all(), now=now))
    TransferKey.everywhere.filter(pk__in=keys).delete()
    return len(keys)


class _Hashed:
    """Parts that are hashed as they go by."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts, self._hash = parts, hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self._hash.update(part)
            yield part

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def lines_of(text: str) -> Sequence[str]:
    """Return the lines that a person typed, without comments, as files of recipients have them."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
