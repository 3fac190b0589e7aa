"""The export that workers run.

First each policy is checked: an item has succeeded when the newest version of its policy was read whole. Then the files
are listed, and written as one artifact. A worker that takes over goes on with the checking, and begins the file anew.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from django.db import transaction

from tenantpilot.artifacts.archives import write_archive
from tenantpilot.artifacts.building import (
    ArtifactWriter,
    NewArtifact,
    begin,
    discard_unfinished,
    ready_artifact_of,
)
from tenantpilot.artifacts.states import Purpose
from tenantpilot.core.errors import ReasonedError
from tenantpilot.inventory.ignoring import PolicyNotFound
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import find_policies
from tenantpilot.operations.items.checkpoints import ItemsCheckpoint
from tenantpilot.operations.items.models import ItemState, RunItem
from tenantpilot.operations.items.working import Item, ItemResult, RunItems, skipped
from tenantpilot.operations.run_context import RunCancelled, RunContext
from tenantpilot.versions.exporting.listing import Listing, apps_of, exported_of, fill
from tenantpilot.versions.exporting.operations import ExportInputs
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import PayloadDamaged

Thing = TypeVar("Thing")
CHUNK = 100
Run = RunContext[ExportInputs]


class VersionDamaged(ReasonedError):
    """The stored bytes of a version are not those that were stored."""

    reason_code = "version_unreadable"


def export_policies(run: Run) -> None:
    """Check the chosen policies, then write one archive of all whose version is whole."""
    items = RunItems(run, find=find_policies)
    for portion in _portions(items.pending()):
        work = _checking(run, [int(item.key) for item in portion])
        for item in portion:
            items.attempt(item, work)
    version_ids = _versions_to_write(run)
    if version_ids and ready_artifact_of(run.run_id) is None:
        _write(run, version_ids)


def _checking(run: Run, policy_ids: Sequence[int]) -> Callable[[Run, Item], ItemState | ItemResult]:
    """Return the work on these policies, whose versions are read together."""
    known_ids = set(Policy.everywhere.of_tenant(run.tenant).filter(pk__in=policy_ids).values_list("pk", flat=True))
    newest = PolicyVersion.everywhere.newest_of_each(sorted(known_ids)).select_related("policy", "payload")
    versions = {version.policy_id: version for version in newest}

    def check(_run: Run, item: Item) -> ItemState | ItemResult:
        if int(item.key) not in known_ids:
            raise PolicyNotFound
        version = versions.get(int(item.key))
        if version is None:
            return skipped("version_missing")
        try:
            exported_of(version, {})
        except PayloadDamaged as error:
            raise VersionDamaged from error
        return ItemState.SUCCEEDED

    return check


def _versions_to_write(run: Run) -> list[int]:
    """Return the newest versions of the policies that were found whole, by their keys."""
    keys = RunItem.objects.of_run(run.run_id).filter(state=ItemState.SUCCEEDED).values_list("key", flat=True)
    ids = [int(key) for key in keys.iterator(chunk_size=500)]
    version_ids: list[int] = []
    for portion in _portions(iter(ids)):
        version_ids += (
            PolicyVersion.everywhere.of_tenant(run.tenant).newest_of_each(portion).values_list("pk", flat=True)
        )
    return version_ids


def _write(run: Run, version_ids: Sequence[int]) -> None:
    """Write the archive as one artifact of the person who asked. A file that is cancelled is removed."""
    try:
        listing = _listed(run, version_ids)
        _write_listed(run, listing)
    except RunCancelled:
        with transaction.atomic():
            discard_unfinished(run.run_id)
        raise


def _listed(run: Run, version_ids: Sequence[int]) -> Listing:
    listing = Listing(run.tenant, LayoutKey(run.inputs.layout), apps=apps_of(run.tenant))
    for _portion in fill(listing, version_ids):
        run.safe_point()
    return listing


def _write_listed(run: Run, listing: Listing) -> None:
    total = RunItem.objects.of_run(run.run_id).count()

    def check() -> None:
        """Raise where this worker must stop, in the transaction of each chunk."""
        run.safe_point()
        run.checkpoint(ItemsCheckpoint(total))

    with transaction.atomic():
        check()
        artifact = begin(_new_artifact(run, listing), now=run.now)
    writer = ArtifactWriter(artifact, check=check)
    write_archive(writer, listing.manifest(_left_out(run)), listing.entries, listing.read)
    with transaction.atomic():
        run.count("policies", len(listing.policies))
        run.count("items", len(listing.places))
        run.count("warnings", listing.masked)
        check()
        ready = writer.seal(now=run.now)
        if listing.masked:
            run.note("secrets_masked", policies=listing.masked)
        run.note("file_ready", file=ready.name, bytes=ready.bytes or 0)


def _new_artifact(run: Run, listing: Listing) -> NewArtifact:
    name = f"{run.tenant.slug}-{listing.layout.value}-{run.now:%Y-%m-%d-%H%M}.zip"
    return NewArtifact(
        workspace_id=run.workspace.pk,
        tenant=run.tenant,
        owner=run.initiator,
        run_id=run.run_id,
        purpose=Purpose.POLICY_EXPORT,
        name=name,
    )


def _left_out(run: Run) -> list[dict[str, str]]:
    """Return the policies that are not in the archive, with the reason of each."""
    rows = RunItem.objects.of_run(run.run_id).exclude(state=ItemState.SUCCEEDED).in_order()
    return [{"name": row.label, "state": row.state, "reason": row.reason_code} for row in rows]


def _portions(things: Iterator[Thing]) -> Iterator[list[Thing]]:
    while portion := list(islice(things, CHUNK)):
        yield portion
