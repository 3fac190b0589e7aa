"""Prove that a backup can be restored, without restoring it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tenantpilot.cli.database import sqlite_engine
from tenantpilot.cli.database.archive import ArchiveReader, reading
from tenantpilot.cli.database.keys import missing_keys, require_keys
from tenantpilot.cli.database.manifest import Manifest
from tenantpilot.cli.database.versions import require_same_version


@dataclass(frozen=True)
class Proof:
    """`lacking` are the keys that this installation does not have: without them the signature was not checked."""

    manifest: Manifest
    lacking: tuple[str, ...]


def verify(path: Path, *, identity: Path | None = None) -> Proof:
    """Compare every byte with the manifest and, where its key is here, the manifest with its signature.

    Raises BackupRefused.
    """
    with reading(path, identity) as archive:
        lacking = tuple(missing_keys(archive.manifest))
        if not lacking:
            require_keys(archive.manifest)
            archive.require_signature()
        archive.require_parts()
        if archive.manifest.engine == "sqlite":
            _require_sound_copy(archive)
        return Proof(archive.manifest, lacking)


def require_restorable(archive: ArchiveReader) -> None:
    """Raise BackupRefused for what may not be restored by this program, with these keys."""
    require_keys(archive.manifest)
    archive.require_signature()
    require_same_version(archive.manifest)
    archive.require_parts()


def _require_sound_copy(archive: ArchiveReader) -> None:
    with tempfile.TemporaryDirectory(prefix="tenantpilot-verify-") as folder:
        copy = Path(folder) / sqlite_engine.PART
        sqlite_engine.extract(archive, copy)
        sqlite_engine.require_sound(copy)
