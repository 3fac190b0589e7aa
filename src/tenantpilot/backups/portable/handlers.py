"""The exports and imports that workers run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import transaction

from tenantpilot.artifacts.archives import ContentChanged, write_archive
from tenantpilot.artifacts.building import ArtifactWriter, NewArtifact, begin, discard_unfinished, ready_artifact_of
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.names import safe_name
from tenantpilot.artifacts.reading import ArtifactFile
from tenantpilot.artifacts.states import Purpose
from tenantpilot.artifacts.uploads import at_the_end, discard_upload
from tenantpilot.audit import services as audit
from tenantpilot.audit.actions import AuditAction
from tenantpilot.backups import building
from tenantpilot.backups.audit_actions import BACKUP_SET_EXPORTED, BACKUP_SET_IMPORTED
from tenantpilot.backups.chains import chain_of_hand
from tenantpilot.backups.models import BackupSet
from tenantpilot.backups.portable.encrypting import EncryptingSink, PassphraseSink
from tenantpilot.backups.portable.importing import end_set, portions, store_portion
from tenantpilot.backups.portable.listing import SetListing, listed
from tenantpilot.backups.portable.opening import OpenArchive, open_archive
from tenantpilot.backups.portable.operations import ExportInputs, ImportInputs
from tenantpilot.backups.portable.plausible import require_plausible
from tenantpilot.backups.portable.refusing import ArchiveRefused
from tenantpilot.backups.portable.transfer_keys import forget_key, opened_key
from tenantpilot.core.outages import is_outage
from tenantpilot.core.sanitizing import failure, screened
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.run_context import (
    DatabaseLost,
    Interrupted,
    LeaseLost,
    OperationFailed,
    RunCancelled,
    RunContext,
    WorkerLeaves,
)
from tenantpilot.tenancy.sealing import CannotOpen
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import PayloadDamaged

ANOTHER_GOES_ON = (WorkerLeaves, LeaseLost, DatabaseLost)
Export = RunContext[ExportInputs]
Import = RunContext[ImportInputs]


def export_set(run: Export) -> None:
    """Write the set as one file of the person who asked. A worker that takes over begins the file anew."""
    with at_the_end(lambda: forget_key(run.tenant, run.inputs.key)):
        backup_set = _set_of(run)
        if ready_artifact_of(run.run_id) is None:
            _export(run, backup_set)


def import_set(run: Import) -> None:
    """Compare the archive as a whole, then store it as a set made by hand. What is refused leaves nothing behind."""
    with at_the_end(lambda: _forget(run)):
        finished = BackupSet.everywhere.of_tenant(run.tenant).filter(run_id=run.run_id).exclude(digest=None).first()
        if finished is not None:
            _count(run, finished.items)
            return
        upload = _uploaded(run)
        with open_archive(upload, opened_key(run.tenant, run.inputs.key)) as archive:
            if archive.manifest.directory != str(run.tenant.entra_tenant_id):
                raise ArchiveRefused("other_directory")
            require_plausible(archive.manifest, now=run.now)
            _import(run, archive)


def _forget(run: Import) -> None:
    """Remove the upload and its key."""
    discard_upload(run.inputs.artifact, now=run.now)
    forget_key(run.tenant, run.inputs.key)


def _count(run: Import, policies: int) -> None:
    run.count("succeeded", policies)
    run.count("items", policies)


def _set_of(run: Export) -> BackupSet:
    sets = BackupSet.everywhere.of_tenant(run.tenant).kept().select_related("chain", "tenant")
    backup_set: BackupSet | None = sets.filter(pk=run.inputs.backup_set).first()
    if backup_set is None or not backup_set.has_content:
        raise OperationFailed("set_not_found")
    return backup_set


def _export(run: Export, backup_set: BackupSet) -> None:
    try:
        listing = listed(backup_set, with_secrets=run.inputs.with_secrets)
        _write(run, backup_set, listing)
    except RunCancelled:
        with transaction.atomic():
            discard_unfinished(run.run_id)
        raise
    except (PayloadDamaged, ContentChanged) as error:
        raise OperationFailed("payload_damaged") from error
    except CannotOpen as error:
        raise OperationFailed("secret_unreadable") from error


def _write(run: Export, backup_set: BackupSet, listing: SetListing) -> None:
    number = len(listing.manifest.policies)

    def check() -> None:
        """Raise where this worker must stop, in the transaction of each chunk."""
        run.safe_point()
        run.checkpoint(ItemsCheckpoint(0))

    with transaction.atomic():
        check()
        artifact = begin(_new_artifact(run, backup_set), now=run.now)
    writer = ArtifactWriter(artifact, check=check)
    sink = _sink(run, writer)
    try:
        write_archive(sink, listing.manifest.to_json(), listing.entries, listing.read)
        sink.finish()
    except BaseException:
        sink.abandon()
        raise
    run.progress(number, number)
    with transaction.atomic():
        run.count("succeeded", number)
        run.count("items", number)
        check()
        ready = writer.seal(now=run.now)
        _record(BACKUP_SET_EXPORTED, run, backup_set, {"file": ready.name, "secrets": run.inputs.with_secrets})
        run.note("file_ready", file=ready.name, bytes=ready.bytes or 0)


def _sink(run: Export, writer: ArtifactWriter) -> EncryptingSink | PassphraseSink:
    if run.inputs.recipients:
        return EncryptingSink(writer, run.inputs.recipients)
    return PassphraseSink(writer, opened_key(run.tenant, run.inputs.key))


def _new_artifact(run: Export, backup_set: BackupSet) -> NewArtifact:
    name = safe_name(f"{run.tenant.slug}-{backup_set.chain.name}-{backup_set.created_at:%Y-%m-%d-%H%M}")
    return NewArtifact(
        workspace_id=run.workspace.pk,
        tenant=run.tenant,
        owner=run.initiator,
        run_id=run.run_id,
        purpose=Purpose.BACKUP_EXPORT,
        name=f"{name}.zip.age",
    )


def _uploaded(run: Import) -> Any:
    """Raises ArchiveRefused for a file that has expired, and UploadUnreadable."""
    uploads = Artifact.everywhere.ready().filter(tenant=run.tenant, pk=run.inputs.artifact)
    artifact = uploads.filter(sha256=run.inputs.sha256).first()
    if artifact is None:
        raise ArchiveRefused("archive_gone")
    return ArtifactFile(artifact)


def _import(run: Import, archive: OpenArchive) -> None:
    manifest = archive.manifest
    chain = chain_of_hand(run.tenant, run.run_id, name=screened(manifest.name)[:120], now=run.now)
    request = manifest.was_asked
    request = replace(request, left_out_reason=screened(request.left_out_reason)[:200])
    backup_set = building.open_imported(chain, request, run_id=run.run_id, as_of=manifest.times)
    total = len(manifest.policies)
    with _failing(run, backup_set):
        stored = 0
        for portion in portions(manifest.policies):
            run.safe_point()
            with transaction.atomic():
                run.checkpoint(ItemsCheckpoint(0))
                store_portion(archive, backup_set, portion, run_id=run.run_id, now=run.now)
            stored += len(portion)
            run.progress(stored, total)
        with transaction.atomic():
            run.count("versions", PolicyVersion.everywhere.filter(run_id=run.run_id).count())
            run.checkpoint(ItemsCheckpoint(0))
            sealed = end_set(backup_set, manifest, run_id=run.run_id, now=run.now)
            _record(
                BACKUP_SET_IMPORTED,
                run,
                sealed,
                {"made_by": screened(manifest.made_by)[:40], "digest": manifest.digest},
            )
    _count(run, total)


@contextmanager
def _failing(run: Import, backup_set: BackupSet) -> Iterator[None]:
    """End the set as failed if its run ends here without it."""
    try:
        yield
    except ANOTHER_GOES_ON:
        raise
    except Interrupted:
        building.fail(backup_set, "cancelled_by_person", now=run.now)
        raise
    except Exception as error:
        if not is_outage(error):
            building.fail(backup_set, failure(error).code, now=run.now)
        raise


def _record(action: AuditAction, run: RunContext[Any], backup_set: BackupSet, facts: dict[str, Any]) -> None:
    audit.record(
        action,
        workspace_id=backup_set.workspace_id,
        tenant_id=backup_set.tenant_id,
        actor=run.initiator,
        target_type="backup_set",
        target_id=backup_set.pk,
        after=facts,
        at=run.now,
    )
