"""Services of artifacts: keep a file, and record a download."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, transaction

from tenantpilot.artifacts.audit_actions import ARTIFACT_DOWNLOADED
from tenantpilot.artifacts.building import ArtifactWriter, NewArtifact, begin, remove_file
from tenantpilot.artifacts.models import Artifact
from tenantpilot.audit import services as audit
from tenantpilot.tenancy.models import User


def record_download(artifact: Artifact, *, actor: User, now: datetime) -> None:
    """Leave an audit entry for a download that is about to begin."""
    with transaction.atomic():
        audit.record(
            ARTIFACT_DOWNLOADED,
            workspace_id=artifact.workspace_id,
            tenant_id=artifact.tenant_id,
            actor=actor,
            target_type="artifact",
            target_id=artifact.pk,
            after={"purpose": artifact.purpose, "name": artifact.name, "bytes": artifact.bytes},
            at=now,
        )


def keep_file(new: NewArtifact, parts: Iterable[bytes], *, now: datetime) -> Artifact:
    """Store a file that a person brings, part by part, and return it ready. Of one that breaks off nothing is kept."""
    artifact = begin(new, now=now)
    try:
        writer = ArtifactWriter(artifact)
        for part in parts:
            writer.write(part)
        with transaction.atomic():
            return writer.seal(now=now)
    except BaseException:
        # Where the database is away, the scheduler removes it later.
        with suppress(DatabaseError), transaction.atomic():
            artifact.refresh_from_db()
            remove_file(artifact, now=now)
        raise
