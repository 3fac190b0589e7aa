"""Opening an archive: everything in it is compared with its manifest before any of it is used."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO
from zipfile import BadZipFile, ZipFile

from tenantpilot.artifacts.archive_ends import DirectoryTooLarge, Limits, NoArchive, check_end_of_archive
from tenantpilot.artifacts.archives import MANIFEST, SUMS
from tenantpilot.backups.portable.encrypting import decrypted
from tenantpilot.backups.portable.manifest import FORMAT, SetManifest, SetPolicy, digest_of_policies
from tenantpilot.backups.portable.refusing import ArchiveRefused
from tenantpilot.core.stored import StoredDataUnreadable
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.observing import ObjectUnusable, storable

# JSON takes twenty times its length in memory where somebody means harm.
LARGEST_FILE = 16 << 20
LARGEST_MANIFEST = 64 << 20
MOST_BYTES_UNPACKED = 4 << 30
# Each policy has a file, and another one for its secrets. No export has the longer kind of end.
LIMITS = Limits(entries=0xFFFE, directory_bytes=32 << 20)
_UNREADABLE = (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class OpenArchive:
    """An archive that was compared as a whole with its manifest."""

    manifest: SetManifest
    _archive: ZipFile = field(repr=False)

    def payload(self, policy: SetPolicy) -> bytes:
        """Raises ArchiveRefused."""
        return _content(self._archive, policy.path, LARGEST_FILE)

    def secrets(self, policy: SetPolicy) -> dict[str, object]:
        """Return the plain secrets by their pointers. Raises ArchiveRefused."""
        if not policy.secrets:
            return {}
        return object_of(_content(self._archive, policy.secrets, LARGEST_FILE))


@contextmanager
def open_archive(file: IO[bytes], key: str) -> Iterator[OpenArchive]:
    """Decrypt the archive and compare all of it. Raises ArchiveRefused."""
    with decrypted(file, key) as plain:
        archive = _zip(plain)
        manifest = _manifest(archive)
        _require_files(archive, manifest)
        _require_set(manifest)
        yield OpenArchive(manifest, archive)


def _zip(plain: IO[bytes]) -> ZipFile:
    """Look at the list of files before it is read into memory, then at what they claim to hold."""
    try:
        check_end_of_archive(plain, LIMITS)
        archive = ZipFile(plain)
    except (NoArchive, DirectoryTooLarge, *_UNREADABLE):
        raise ArchiveRefused("not_a_set_archive") from None
    # No file gives more than it claims: the archive is refused there.
    if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES_UNPACKED:
        raise ArchiveRefused("not_a_set_archive")
    return archive


def _manifest(archive: ZipFile) -> SetManifest:
    if MANIFEST not in archive.namelist() or SUMS not in archive.namelist():
        raise ArchiveRefused("not_a_set_archive")
    try:
        stored = json.loads(_content(archive, MANIFEST, LARGEST_MANIFEST))
    except ValueError:
        raise ArchiveRefused("archive_changed") from None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ArchiveRefused("not_a_set_archive")
    try:
        manifest = SetManifest.from_json(stored)
        _asked = manifest.was_asked
    except StoredDataUnreadable:
        raise ArchiveRefused("archive_version") from None
    return manifest


def _require_files(archive: ZipFile, manifest: SetManifest) -> None:
    """Exactly the files that the manifest names are there, and each is what manifest and sums say."""
    expected, names = [MANIFEST, SUMS, *manifest.paths], archive.namelist()
    if len(set(names)) != len(names) or len(set(expected)) != len(expected):
        raise ArchiveRefused("not_a_set_archive")
    if set(names) != set(expected):
        raise ArchiveRefused("archive_changed")
    sums = _sums(archive)
    if sums.keys() != set(expected) - {SUMS}:
        raise ArchiveRefused("archive_changed")
    stated = {policy.path: policy.sha256 for policy in manifest.policies}
    for name, sha256 in sums.items():
        content = _content(archive, name, LARGEST_MANIFEST if name == MANIFEST else LARGEST_FILE)
        digest = hashlib.sha256(content).hexdigest()
        if digest != sha256 or digest != stated.get(name, digest):
            raise ArchiveRefused("archive_changed")
        object_of(content)


def _sums(archive: ZipFile) -> dict[str, str]:
    lines = _content(archive, SUMS, LARGEST_FILE).decode("utf-8", "replace").splitlines()
    return {name: sha256 for sha256, _blank, name in (line.partition("  ") for line in lines)}


def _require_set(manifest: SetManifest) -> None:
    """The digest of the set follows from its policies, each of which is there once and of a known type."""
    if digest_of_policies(manifest.policies) != manifest.digest:
        raise ArchiveRefused("archive_changed")
    keys = {(policy.type, policy.graph_id) for policy in manifest.policies}
    if len(keys) != len(manifest.policies):
        raise ArchiveRefused("archive_changed")
    types = {policy.type for policy in manifest.policies}
    if unknown_types := types - {contract.key for contract in registry.every()}:
        raise ArchiveRefused("archive_version") from LookupError(", ".join(sorted(unknown_types)))


def object_of(content: bytes) -> dict[str, object]:
    """Return the JSON object of a file. Raises ArchiveRefused."""
    try:
        document = json.loads(content)
        storable(document)
    except (ValueError, RecursionError, ObjectUnusable):
        raise ArchiveRefused("archive_changed") from None
    if not isinstance(document, dict):
        raise ArchiveRefused("archive_changed")
    return document


def _content(archive: ZipFile, name: str, largest: int) -> bytes:
    """Return a file; one that is larger than it may be is not read to its end."""
    try:
        with archive.open(name) as stream:
            content = stream.read(largest + 1)
    except _UNREADABLE:
        raise ArchiveRefused("archive_changed") from None
    if len(content) > largest:
        raise ArchiveRefused("not_a_set_archive")
    return content
