"""The import that workers run: each file of an archive is an item, and what it holds is kept with the item's state.

The library goes on with the revision that it has until the new one is whole.
"""

import io
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tenantpilot.artifacts.archives import MANIFEST
from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.reading import ArtifactFile, UploadUnreadable
from tenantpilot.artifacts.uploads import at_the_end, discard_upload
from tenantpilot.audit import services as audit
from tenantpilot.core.sanitizing import ObjectName
from tenantpilot.core.visible import visible_name
from tenantpilot.graph.compare.form import form_hash, secret_places
from tenantpilot.inventory.observing import shortened, storable
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.items.models import ItemState, RunItem
from tenantpilot.operations.items.working import Item, ItemResult, RunItems, skipped
from tenantpilot.operations.run_context import OperationFailed, RunContext
from tenantpilot.versions.audit_actions import LIBRARY_IMPORTED
from tenantpilot.versions.library.archives import Archive, ArchiveRefused, ArchiveUnsafe, TooLarge
from tenantpilot.versions.library.credentials import with_credentials_marked
from tenantpilot.versions.library.decoding import NestedTooDeep, NoNumber, NotJson, decoded, with_lists
from tenantpilot.versions.library.keys import RevisionKeys
from tenantpilot.versions.library.models import Library, LibraryPolicy, LibraryRevision
from tenantpilot.versions.library.operations import ImportInputs
from tenantpilot.versions.library.recognizing import PolicyCandidate, known_files, policies_in
from tenantpilot.versions.library.removing import discard_if_empty, discard_unfinished
from tenantpilot.versions.library.states import RevisionState
from tenantpilot.versions.overlay import separated
from tenantpilot.versions.payloads import encoded, keep

Run = RunContext[ImportInputs]
LONGEST_PATH = 300
TABLES = frozenset({"migrationtable.json", "manifest.json"})
"""Files that tell of an export, and are no policies."""


def import_policies(run: Run) -> None:
    """Read the uploaded archive into a new revision of the library, and remove it: it may hold secrets."""
    with at_the_end(lambda: _clean_up(run)):
        _import_policies(run)


def _clean_up(run: Run) -> None:
    """Remove the upload, a revision that is not whole, and a library that no import has filled."""
    discard_upload(run.inputs.artifact, now=run.now)
    discard_unfinished(run.run_id)
    discard_if_empty(run.inputs.library, by=run.run_id, actor=run.initiator, now=run.now)


def _import_policies(run: Run) -> None:
    if LibraryRevision.everywhere.filter(run_id=run.run_id, state=RevisionState.READY).exists():
        return
    archive = _archive(run)
    items = RunItems(run, find=lambda _run: _begin(run, archive))
    revision = LibraryRevision.everywhere.get(run_id=run.run_id)
    work = _Import(run, archive, revision)
    for item in items.pending():
        items.attempt(item, work.import_file)
    _finish(run, revision)


def _archive(run: Run) -> Archive:
    """Raises OperationFailed for an archive that is gone or refused."""
    uploads = Artifact.everywhere.filter(workspace=run.workspace).ready()
    artifact = uploads.filter(pk=run.inputs.artifact, expires_at__gt=run.now).first()
    if artifact is None:
        raise OperationFailed("archive_gone")
    try:
        return Archive(io.BufferedReader(ArtifactFile(artifact), buffer_size=2**16))
    except (ArchiveRefused, ArchiveUnsafe, TooLarge, UploadUnreadable) as error:
        raise OperationFailed(error.reason_code) from error


def _begin(run: Run, archive: Archive) -> Iterable[Item]:
    """Begin a revision, in the transaction that freezes the items. What nobody goes on with is removed."""
    library = Library.everywhere.filter(workspace=run.workspace, pk=run.inputs.library).select_for_update().first()
    if library is None:
        raise OperationFailed("library_gone")
    revisions = LibraryRevision.everywhere.filter(library=library)
    revisions.filter(state=RevisionState.BUILDING, run__completed_at__isnull=False).delete()
    last = revisions.order_by("-number").first()
    artifact = Artifact.everywhere.get(pk=run.inputs.artifact)
    LibraryRevision.everywhere.create(
        workspace_id=library.workspace_id,
        library=library,
        number=last.number + 1 if last else 1,
        source_name=artifact.name,
        archive_sha256=artifact.sha256,
        run_id=run.run_id,
        created_at=run.now,
    )
    files = (member for member in archive.members() if member.path.lower().endswith(".json"))
    return [
        Item(str(member.number), ObjectName(member.path[-120:]))
        for member in files
        if member.path.rpartition("/")[2].lower() not in TABLES
    ]


class _Import:
    """The import of the files of one archive into one revision."""

    def __init__(self, run: Run, archive: Archive, revision: LibraryRevision) -> None:
        self._run, self._archive, self._revision = run, archive, revision
        self._paths = {str(member.number): member.path for member in archive.members()}
        self._known = known_files(_manifest(archive))
        earlier = LibraryRevision.everywhere.filter(library=revision.library, state=RevisionState.READY)
        before = LibraryPolicy.everywhere.filter(revision=earlier.order_by("-number").first())
        self._before = frozenset(before.values_list("type", "key", "form_hash"))
        self._keys = RevisionKeys(revision)

    def import_file(self, _run: Run, item: Item) -> ItemState | ItemResult:
        """Keep every policy of the file. Raises TooLarge, ArchiveRefused, NoNumber, NestedTooDeep."""
        path = self._paths[item.key]
        try:
            content = decoded(self._archive.read(int(item.key)))
        except NotJson:
            return skipped("not_a_policy")
        with self._keys.of_one_file():
            results = [self._keep(candidate, path) for candidate in policies_in(content, path, self._known.get(path))]
        if not results:
            return skipped("not_a_policy")
        return ItemState.SUCCEEDED if any(results) else ItemState.UNCHANGED

    def _keep(self, candidate: PolicyCandidate, path: str) -> bool:
        """Keep a policy without its secrets. Return True if the library did not have it like this."""
        payload = with_credentials_marked(candidate.contract, with_lists(candidate.contract, candidate.payload))
        secrets = (place for place in secret_places(candidate.contract, payload) if not place.is_open)
        masked = sum(1 for place in secrets if place.value not in ("", None))
        safe = separated(candidate.contract, payload).payload
        digest = form_hash(candidate.contract, safe)
        policy = LibraryPolicy.everywhere.create(
            workspace_id=self._revision.workspace_id,
            revision=self._revision,
            type=candidate.contract.key,
            key=self._keys.new(candidate.contract.key, str(storable(candidate.source_id or candidate.name)), path),
            name=shortened(visible_name(str(storable(candidate.name))), 512),
            source_file=str(storable(path))[-LONGEST_PATH:],
            form_hash=digest,
            secrets_masked=masked,
            payload=keep(self._revision.workspace_id, encoded(safe), now=self._run.now),
        )
        self._run.count("policies")
        if masked:
            self._run.count("warnings")
        is_new = (policy.type, policy.key, policy.form_hash) not in self._before
        if is_new:
            self._run.count("created")
        return is_new


def _manifest(archive: Archive) -> Any:
    """Return the content of the manifest of an export of ours; None where there is none that can be read."""
    number = next((member.number for member in archive.members() if member.path == MANIFEST), None)
    try:
        return None if number is None else decoded(archive.read(number))
    except (NotJson, NoNumber, NestedTooDeep, TooLarge, ArchiveRefused):
        return None


def _finish(run: Run, revision: LibraryRevision) -> None:
    """Let the new revision take the place of the one before. Raises OperationFailed."""
    policies = LibraryPolicy.everywhere.filter(revision=revision).count()
    if not policies:
        raise OperationFailed("no_policies")
    with transaction.atomic():
        run.checkpoint(ItemsCheckpoint(RunItem.objects.of_run(run.run_id).count()))
        LibraryRevision.everywhere.filter(pk=revision.pk).update(state=RevisionState.READY, ready_at=run.now)
        run.note("library_replaced", revision=revision.number, policies=policies)
        audit.record(
            LIBRARY_IMPORTED,
            workspace_id=revision.workspace_id,
            actor=run.initiator,
            target_type="library",
            target_id=revision.library_id,
            before={"revision": revision.number - 1},
            after={"revision": revision.number, "policies": policies, "file": revision.source_name},
            at=run.now,
        )
