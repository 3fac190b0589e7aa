"""The list of what an archive holds: the files of each policy, with paths that stay the same, and their hashes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tenantpilot.artifacts.archives import Entry
from tenantpilot.artifacts.names import UniquePaths
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.exporting.layouts import LAYOUTS
from tenantpilot.versions.exporting.layouts.files import AppType, Exported, File, Referring, TenantFacts
from tenantpilot.versions.exporting.states import LayoutKey
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.overlay import MASK, separated
from tenantpilot.versions.payloads import content_of

FORMAT = 1
CHUNK = 100
"""The number of versions that are held in memory at a time."""


@dataclass(frozen=True)
class Place:
    """A file in the archive: the n-th file of a version, or of those that belong to all."""

    entry: Entry
    version: int | None
    index: int


@dataclass
class Listing:
    """The files of an archive and what the manifest says of them. Contents are made anew when they are written."""

    tenant: Tenant
    layout: LayoutKey
    places: dict[str, Place] = field(default_factory=dict)
    policies: list[dict[str, Any]] = field(default_factory=list)
    shared: list[File] = field(default_factory=list)
    apps: Mapping[str, AppType] = field(default_factory=dict)
    masked: int = 0

    @property
    def entries(self) -> list[Entry]:
        return [place.entry for place in self.places.values()]

    def manifest(self, left_out: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """Return the manifest: all that is in the archive, and which policies are not and why."""
        return {
            "format": FORMAT,
            "layout": self.layout.value,
            "tenant": {"name": self.tenant.name, "id": str(self.tenant.entra_tenant_id)},
            "policies": self.policies,
            "left_out": list(left_out),
            "files": [
                {"path": path, "sha256": self.places[path].entry.sha256, "bytes": self.places[path].entry.size}
                for path in sorted(self.places)
            ],
        }

    def read(self, entries: Sequence[Entry]) -> Iterator[bytes]:
        """Yield the contents of these files."""
        places = [self.places[entry.path] for entry in entries]
        files: dict[int | None, list[File]] = {None: self.shared}
        version_ids = {place.version for place in places if place.version is not None}
        for version, exported, _masked in _exported(self.tenant, version_ids, self.apps):
            files[version.pk] = LAYOUTS[self.layout].files(exported)
        yield from (files[place.version][place.index].content for place in places)


def fill(listing: Listing, version_ids: Iterable[int]) -> Iterator[int]:
    """List the files of these versions. Yields the number of policies after each portion, so that a caller can stop."""
    paths, referring = UniquePaths(), list[Referring]()
    for portion in _portions(version_ids):
        for version, exported, masked in _exported(listing.tenant, portion, listing.apps):
            referring.append(Referring(_groups(exported)))
            _add(listing, paths, version, exported, masked)
        yield len(listing.policies)
    facts = TenantFacts(listing.tenant.name, str(listing.tenant.entra_tenant_id))
    listing.shared = LAYOUTS[listing.layout].shared_files(facts, referring)
    for index, file in enumerate(listing.shared):
        _place(listing, paths, file, None, index)
    listing.policies.sort(key=lambda row: (row["type"], row["id"]))


def _exported(
    tenant: Tenant, ids: Iterable[int], apps: Mapping[str, AppType]
) -> Iterator[tuple[PolicyVersion, Exported, int]]:
    """Yield versions with what is exported of them and the number of masked secrets. Raises PayloadDamaged."""
    versions = PolicyVersion.everywhere.of_tenant(tenant).filter(pk__in=list(ids))
    for version in versions.select_related("policy", "payload").order_by("policy__type", "policy__graph_id"):
        yield version, *exported_of(version, apps)


def exported_of(version: PolicyVersion, apps: Mapping[str, AppType]) -> tuple[Exported, int]:
    """Return the export of a version and the number of its secrets: no secret in plain, whatever is stored."""
    policy, contract = version.policy, registry.get(version.policy.type)
    payload = separated(contract, content_of(version.payload)).payload
    exported = Exported(contract, policy.graph_id, policy.name, payload, version.names, apps)
    return exported, _masks_in(payload)


def _add(listing: Listing, paths: UniquePaths, version: PolicyVersion, exported: Exported, masked: int) -> None:
    layout = LAYOUTS[listing.layout]
    files = [_place(listing, paths, file, version.pk, index) for index, file in enumerate(layout.files(exported))]
    listing.masked += bool(masked)
    listing.policies.append(
        {
            "type": exported.contract.key,
            "id": exported.graph_id,
            "name": exported.name,
            "version": version.number,
            "read_at": version.read_at.isoformat(),
            "form_hash": version.form_hash,
            "payload_sha256": version.payload.sha256,
            "known_to_layout": layout.knows(exported.contract),
            "secrets_masked": masked,
            "files": files,
        }
    )


def _place(listing: Listing, paths: UniquePaths, file: File, version: int | None, index: int) -> str:
    path = paths.take(file.folder, file.name, file.ending, suffix=file.suffix)
    listing.places[path] = Place(Entry.of(path, file.content), version, index)
    return path


def _groups(exported: Exported) -> dict[str, str]:
    return {key: str(entry["name"]) for key, entry in exported.names.items() if entry.get("type") == "group"}


def apps_of(tenant: Tenant) -> dict[str, AppType]:
    """Return the apps of the inventory, by their ids."""
    rows = Policy.everywhere.of_tenant(tenant).of_type("mobileApp").values_list("graph_id", "name", "properties")
    return {graph_id: AppType(name, str(properties.get("@odata.type", ""))) for graph_id, name, properties in rows}


def _masks_in(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_masks_in(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(_masks_in(inner) for inner in value)
    return int(isinstance(value, str) and value.startswith(MASK) and not value.strip("*"))


def _portions(ids: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(ids)
    while portion := list(islice(waiting, CHUNK)):
        yield portion
