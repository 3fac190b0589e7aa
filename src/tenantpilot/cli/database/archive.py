"""The archive of a database backup: a ZIP of parts, with a signed manifest and SHA256SUMS as its last file.

`unzip` and `sha256sum -c SHA256SUMS` read it without this program.
"""

import hashlib
import hmac
import json
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from tenantpilot.cli.database.encryption import plain
from tenantpilot.cli.database.manifest import FORMAT, Manifest, Part
from tenantpilot.cli.database.refusals import ANOTHER, BackupRefused, Refusal
from tenantpilot.core.stored import StoredDataUnreadable
from tenantpilot.tenancy.sealing import signature

MANIFEST, SIGNATURE, SUMS = "manifest.json", "manifest.sig", "SHA256SUMS"
CHUNK_BYTES = 1 << 20
# A manifest has a line for each table and migration; a larger one is no manifest.
LARGEST_MANIFEST = 16 << 20
ZIP_BEGINS_WITH = b"PK"


class Sink:
    """Takes the bytes of one part, and keeps their number and hash."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._hash, self.bytes = stream, hashlib.sha256(), 0

    def write(self, data: bytes | memoryview) -> None:
        self._hash.update(data)
        self.bytes += len(data)
        self._stream.write(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class ArchiveWriter:
    """Writes the parts one after the other; `finish` writes what vouches for them."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive, self._sums = archive, dict[str, str]()

    @contextmanager
    def part(self, name: str) -> Iterator[Sink]:
        info = ZipInfo(name, time.gmtime()[:6])
        info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as stream:
            sink = Sink(stream)
            yield sink
        self._sums[name] = sink.sha256

    def finish(self, manifest: Manifest) -> None:
        text = json.dumps(manifest.to_json(), indent=1).encode()
        self._write(MANIFEST, text)
        self._write(SIGNATURE, signature(text, key_id=manifest.keys[0].id).encode())
        self._write(SUMS, "".join(f"{sha256}  {name}\n" for name, sha256 in self._sums.items()).encode())

    def _write(self, name: str, content: bytes) -> None:
        with self.part(name) as sink:
            sink.write(content)


@dataclass(frozen=True)
class ArchiveReader:
    """An archive whose manifest was read. Nothing of it is trusted before `require_signature`."""

    archive: ZipFile
    manifest: Manifest
    manifest_text: bytes

    def require_signature(self) -> None:
        """Raises BackupRefused, SealingNotConfigured."""
        expected = signature(self.manifest_text, key_id=self.manifest.keys[0].id)
        if not hmac.compare_digest(expected.encode(), _small_file(self.archive, SIGNATURE)):
            raise _tampered(MANIFEST)

    def require_parts(self) -> None:
        """Read everything once, and compare. Raises BackupRefused."""
        expected = {MANIFEST, SIGNATURE, SUMS, *(part.name for part in self.manifest.contents.parts)}
        names = self.archive.namelist()
        if surplus_names := sorted(set(names) ^ expected) or sorted(
            name for name in set(names) if names.count(name) > 1
        ):
            raise _tampered(surplus_names[0])
        for part in self.manifest.contents.parts:
            for _chunk in self.chunks(part):
                """Compared as it is read."""

    def chunks(self, part: Part) -> Iterator[bytes]:
        """Yield the bytes of a part. Raises BackupRefused at their end if they are not those that were written."""
        length, digest = 0, hashlib.sha256()
        try:
            with self.archive.open(part.name) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    length += len(chunk)
                    digest.update(chunk)
                    if length > part.bytes:
                        raise _tampered(part.name)
                    yield chunk
        except (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError):
            raise _tampered(part.name) from None
        if (length, digest.hexdigest()) != (part.bytes, part.sha256):
            raise _tampered(part.name)


@contextmanager
def reading(path: Path, identity: Path | None = None) -> Iterator[ArchiveReader]:
    """Open an archive, which the identity decrypts, and read its manifest. Raises BackupRefused, OSError."""
    with plain(path, identity) as file:
        archive = _opened(file, path)
        text = _small_file(archive, MANIFEST)
        yield ArchiveReader(archive, _manifest(text, path), text)


def _opened(file: IO[bytes], path: Path) -> ZipFile:
    """The directory of a ZIP is its end: without it the end is missing."""
    begins_well = file.read(2) == ZIP_BEGINS_WITH
    try:
        archive = ZipFile(file)
    except BadZipFile:
        if begins_well:
            text = f"The end of {path} is missing."
            raise BackupRefused(Refusal.TRUNCATED, text, "Copy it again, or take another backup.") from None
        raise _no_backup(path) from None
    if not {MANIFEST, SIGNATURE, SUMS} <= set(archive.namelist()):
        raise _no_backup(path)
    return archive


def _manifest(text: bytes, path: Path) -> Manifest:
    try:
        stored: Any = json.loads(text)
    except ValueError:
        raise _tampered(MANIFEST) from None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise _no_backup(path)
    try:
        return Manifest.from_json(stored)
    except StoredDataUnreadable:
        made_by = str(stored.get("made_by", "another version"))[:40]
        raise BackupRefused(
            Refusal.WRONG_VERSION, f"{path} has the form of TenantPilot {made_by}.", f"Use TenantPilot {made_by}."
        ) from None


def _small_file(archive: ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as stream:
            content = stream.read(LARGEST_MANIFEST + 1)
    except (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError):
        raise _tampered(name) from None
    if len(content) > LARGEST_MANIFEST:
        raise _tampered(name)
    return content


def _no_backup(path: Path) -> BackupRefused:
    text = f"{path} is no backup of a TenantPilot database."
    return BackupRefused(Refusal.NOT_A_BACKUP, text, "Name a file that tenantpilot database backup wrote.")


def _tampered(name: str) -> BackupRefused:
    text = f"{name} in the archive is not what was written."
    return BackupRefused(Refusal.TAMPERED, text, f"Use another copy of the file. {ANOTHER}")
