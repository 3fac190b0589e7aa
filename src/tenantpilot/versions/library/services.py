"""Bringing archives into libraries."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction

from tenantpilot.artifacts.building import NewArtifact
from tenantpilot.artifacts.services import keep_file
from tenantpilot.artifacts.states import Purpose
from tenantpilot.artifacts.uploads import discard_upload, started_or_cleaned_up
from tenantpilot.audit import services as audit
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import User, Workspace
from tenantpilot.versions.audit_actions import LIBRARY_CREATED
from tenantpilot.versions.library.models import Library
from tenantpilot.versions.library.operations import POLICY_IMPORT, ImportInputs
from tenantpilot.versions.library.removing import discard_if_empty


@dataclass(frozen=True)
class Upload:
    """A file that a person brings. `parts` are its bytes, in pieces of any size."""

    name: str
    parts: Iterable[bytes]


def library_of(workspace: Workspace, name: str, *, actor: User | None, now: datetime) -> Library:
    """Return the library of this name, which is made when there is none."""
    library: Library
    with transaction.atomic():
        library, is_new = Library.everywhere.get_or_create(
            workspace=workspace, name=name, defaults={"created_at": now, "created_by": actor}
        )
        if is_new:
            audit.record(
                LIBRARY_CREATED,
                workspace_id=workspace.pk,
                actor=actor,
                target_type="library",
                target_id=library.pk,
                after={"name": name},
                at=now,
            )
    return library


def bring(
    workspace: Workspace, name: str, upload: Upload, *, initiator: User | None, now: datetime
) -> tuple[Library, Started | AlreadyActive]:
    """Import the archive into the library of this name. Raises DispatchFailed; a library made for it is gone then."""
    library = library_of(workspace, name, actor=initiator, now=now)
    try:
        return library, start_import(library, upload, initiator=initiator, now=now)
    except BaseException:
        with suppress(DatabaseError):
            discard_if_empty(library.pk, actor=initiator, now=now)
        raise


def start_import(library: Library, upload: Upload, *, initiator: User | None, now: datetime) -> Started | AlreadyActive:
    """Store the archive and import it as the library's next revision. Raises DispatchFailed.

    The archive is stored before the run starts, because workers may have another disk. It is removed as soon
    as the run has ended, whatever came of it.
    """
    new = NewArtifact(library.workspace_id, initiator, Purpose.LIBRARY_UPLOAD, upload.name[-200:] or "upload.zip")
    artifact = keep_file(new, upload.parts, now=now)
    inputs = ImportInputs(library.pk, artifact.pk, artifact.sha256)
    start, workspace = OperationRunService().start, library.workspace
    return started_or_cleaned_up(
        lambda: start(POLICY_IMPORT, tenant=None, workspace=workspace, initiator=initiator, inputs=inputs, now=now),
        lambda: discard_upload(artifact.pk, now=now),
    )


def newest_import(library: Library) -> OperationRun | None:
    """Return the newest run of an import into the library, as long as runs are kept."""
    runs = OperationRun.objects.filter(workspace=library.workspace_id, type=POLICY_IMPORT.key)
    run: OperationRun | None = runs.filter(inputs__library=library.pk).select_related("tenant").newest_first().first()
    return run
