"""The manifest of an archive: the set, and the file of each policy in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tenantpilot.backups.building import Times
from tenantpilot.backups.digest import Entry, digest_of
from tenantpilot.backups.requests import BackupRequest
from tenantpilot.core.stored import StoredData

FORMAT = "tenantpilot-backup-set"
Names = dict[str, dict[str, str]]


@dataclass(frozen=True)
class SetPolicy:
    """A policy of the set. Its file holds the bytes that `sha256` names; `secrets` is the file of its secrets."""

    path: str
    type: str
    graph_id: str
    name: str
    sha256: str
    size: int
    read_at: datetime
    restorable: str
    names: Names = field(default_factory=dict)
    secrets: str = ""


@dataclass(frozen=True)
class SetGap:
    """A type or policy that the set does not hold, or that changed while it was read."""

    kind: str
    type: str
    reason_code: str
    graph_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class SetManifest(StoredData):
    """`directory` is the id of the Entra tenant. `digest` is that of the set: it follows from the policies below."""

    format: str
    made_by: str
    directory: str
    tenant: str
    name: str
    state: str
    digest: str
    asked: dict[str, Any]
    created_at: datetime
    read_from: datetime | None
    read_until: datetime | None
    policies: tuple[SetPolicy, ...]
    gaps: tuple[SetGap, ...] = ()

    @property
    def times(self) -> Times:
        return Times(self.created_at, self.read_from, self.read_until)

    @property
    def was_asked(self) -> BackupRequest:
        """Raises StoredDataUnreadable."""
        return BackupRequest.from_json(self.asked)

    @property
    def paths(self) -> list[str]:
        """Return the files that the archive holds beside its manifest and its sums."""
        return [path for policy in self.policies for path in (policy.path, policy.secrets) if path]


def digest_of_policies(policies: Iterable[SetPolicy]) -> str:
    return digest_of(Entry(policy.type, policy.graph_id, policy.sha256) for policy in policies)
