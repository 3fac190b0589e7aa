"""Building an artifact: its bytes go into chunks as they come, and it is ready only when all of them are there."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tenantpilot.artifacts.audit_actions import ARTIFACT_READY, ARTIFACT_REMOVED
from tenantpilot.artifacts.models import Artifact, ArtifactChunk
from tenantpilot.artifacts.states import UPLOADS, ArtifactState, Purpose
from tenantpilot.audit import services as audit
from tenantpilot.core.errors import TenantPilotError
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.models import Tenant, User
from tenantpilot.tenancy.sealing import newest_key_id, seal_bytes

LIFE = timedelta(hours=24)
"""The time for which a file can be downloaded."""


class ArtifactLost(TenantPilotError):
    """Another worker builds the file now, or it was removed."""


@dataclass(frozen=True)
class NewArtifact:
    """The facts of a file that is about to be built. Without an owner nobody can download it."""

    workspace_id: int
    owner: User | None
    purpose: Purpose
    name: str
    tenant: Tenant | None = None
    run_id: int | None = None
    life: timedelta = LIFE


def begin(new: NewArtifact, *, now: datetime) -> Artifact:
    """Return an artifact to be built. What an earlier worker of the same run had begun is discarded.

    What people bring is sealed. Call it in a transaction that checks the worker's lease. Raises SealingNotConfigured.
    """
    if new.run_id is not None:
        discard_unfinished(new.run_id)
    artifact: Artifact = Artifact.everywhere.create(
        workspace_id=new.workspace_id,
        tenant=new.tenant,
        owner=new.owner,
        run_id=new.run_id,
        purpose=new.purpose,
        name=new.name,
        key_id=newest_key_id() if new.purpose in UPLOADS else "",
        created_at=now,
        expires_at=now + new.life,
    )
    return artifact


def discard_unfinished(run_id: int) -> None:
    """Remove what a worker of the run had begun and not finished."""
    unfinished = Artifact.everywhere.filter(run_id=run_id, state=ArtifactState.BUILDING)
    for artifact in unfinished.select_for_update():
        remove_content(artifact, state=ArtifactState.BUILDING)


def remove_content(artifact: Artifact, *, state: ArtifactState) -> bool:
    """Delete the chunks of an artifact that is still in this state. Return False if it is not."""
    if not Artifact.everywhere.filter(pk=artifact.pk, state=state).update(state=ArtifactState.GONE):
        return False
    ArtifactChunk.objects.filter(artifact_id=artifact.pk).delete()
    return True


def retire(artifact: Artifact) -> bool:
    """Remove the content of an artifact that nobody needs any more. Return False if that was done already."""
    state = ArtifactState(artifact.state)
    if state is ArtifactState.READY:
        Artifact.everywhere.filter(pk=artifact.pk, state=state).update(state=ArtifactState.EXPIRED)
        state = ArtifactState.EXPIRED
    return remove_content(artifact, state=state)


def remove_file(artifact: Artifact, *, now: datetime) -> bool:
    """Remove the content as `retire` does, and leave an audit entry. Call it in a transaction."""
    if not retire(artifact):
        return False
    audit.record(
        ARTIFACT_REMOVED,
        workspace_id=artifact.workspace_id,
        tenant_id=artifact.tenant_id,
        target_type="artifact",
        target_id=artifact.pk,
        before={"purpose": artifact.purpose, "name": artifact.name, "state": artifact.state},
        at=now,
    )
    return True


def ready_artifact_of(run: OperationRun | int) -> Artifact | None:
    """Return the file that a run has made, as long as it is kept."""
    run_id = run if isinstance(run, int) else run.pk
    artifact: Artifact | None = Artifact.everywhere.filter(run_id=run_id).exclude(state=ArtifactState.GONE).first()
    return artifact if artifact is not None and artifact.state != ArtifactState.BUILDING else None


def _nothing() -> None:
    """Nobody else builds the file."""


class ArtifactWriter:
    """A sink for bytes, which can be written and not read back. It holds one chunk in memory.

    `check` is called in the transaction of each chunk; it raises where this worker must stop.
    """

    def __init__(self, artifact: Artifact, *, check: Callable[[], None] = _nothing) -> None:
        self._artifact, self._check = artifact, check
        self._buffer = bytearray()
        self._hash, self._bytes, self._chunks = hashlib.sha256(), 0, 0

    def write(self, data: bytes) -> int:
        """Take the bytes; a chunk is stored as soon as it is full."""
        self._buffer += data
        size = self._artifact.chunk_bytes
        while len(self._buffer) >= size:
            self._store(bytes(self._buffer[:size]))
            del self._buffer[:size]
        return len(data)

    def flush(self) -> None:
        """Keep the rest until its chunk is full."""

    def close(self) -> None:
        """Leave the artifact as it is: only `seal` makes it ready."""

    def seal(self, *, now: datetime) -> Artifact:
        """Store the rest and make the artifact ready. Call it in a transaction. Raises ArtifactLost."""
        if self._buffer:
            self._store(bytes(self._buffer))
            self._buffer.clear()
        content = {"sha256": self._hash.hexdigest(), "bytes": self._bytes, "ready_at": now}
        built = Artifact.everywhere.filter(pk=self._artifact.pk, state=ArtifactState.BUILDING)
        if not built.update(state=ArtifactState.READY, **content):
            raise ArtifactLost(f"artifact {self._artifact.pk}")
        self._artifact.refresh_from_db()
        _record_ready(self._artifact, now=now)
        return self._artifact

    def _store(self, chunk: bytes) -> None:
        with transaction.atomic():
            self._check()
            ArtifactChunk.objects.create(artifact=self._artifact, n=self._chunks, data=self._at_rest(chunk))
        self._hash.update(chunk)
        self._bytes += len(chunk)
        self._chunks += 1

    def _at_rest(self, chunk: bytes) -> bytes:
        artifact = self._artifact
        if not artifact.key_id:
            return chunk
        return seal_bytes(chunk, belongs_to=artifact.place_of(self._chunks), key_id=artifact.key_id).value


def _record_ready(artifact: Artifact, *, now: datetime) -> None:
    audit.record(
        ARTIFACT_READY,
        workspace_id=artifact.workspace_id,
        tenant_id=artifact.tenant_id,
        actor=artifact.owner,
        target_type="artifact",
        target_id=artifact.pk,
        after={"purpose": artifact.purpose, "name": artifact.name, "bytes": artifact.bytes, "digest": artifact.sha256},
        at=now,
    )
