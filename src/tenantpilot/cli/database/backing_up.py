"""Write a backup of the database while TenantPilot works."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings
from django.db import connection, transaction

from tenantpilot.audit import services as audit
from tenantpilot.cli.database import postgresql_engine, sqlite_engine
from tenantpilot.cli.database.archive import ArchiveWriter
from tenantpilot.cli.database.encryption import encrypting, require_good_recipients
from tenantpilot.cli.database.keys import needed_keys
from tenantpilot.cli.database.manifest import FORMAT, Contents, Manifest
from tenantpilot.cli.database.refusals import BackupRefused, Refusal
from tenantpilot.cli.database.versions import applied_migrations, program_version
from tenantpilot.cli.schema import require_migrated
from tenantpilot.tenancy.audit_actions import DATABASE_BACKED_UP


@dataclass(frozen=True)
class Backup:
    """A backup that was written as a whole."""

    path: Path
    manifest: Manifest

    @property
    def bytes(self) -> int:
        return self.path.stat().st_size


def back_up(target: Path, *, recipients: Sequence[str] = (), now: datetime) -> Backup:
    """Write the archive, encrypted where there are recipients, for this user alone.

    It has its name only when it is whole. Raises Problem, DatabaseError.
    """
    require_good_recipients(recipients)
    ending = ".zip.age" if recipients else ".zip"
    path = target / f"tenantpilot-{now:%Y-%m-%dT%H%M%SZ}{ending}" if target.is_dir() else target
    _require_new(path)
    require_migrated()
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        unfinished = Path(folder) / path.name
        # Nothing plain lies beside an encrypted file, which may be on another machine's disk.
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR if recipients else folder) as copies:
            manifest = _write(unfinished, Path(copies), recipients, now)
        _give_name(unfinished, path)
    with transaction.atomic():
        facts = {
            "rows": manifest.contents.rows,
            "keys": [key.id for key in manifest.keys],
            "recipients": len(recipients),
        }
        audit.record(DATABASE_BACKED_UP, workspace_id=audit.INSTALLATION, after=facts, at=now)
    return Backup(path, manifest)


def _write(unfinished: Path, folder: Path, recipients: Sequence[str], now: datetime) -> Manifest:
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with encrypting(file, recipients) as target, ZipFile(target, "w") as archive:
            writer = ArchiveWriter(archive)
            manifest = _manifest(_contents(writer, folder), now)
            writer.finish(manifest)
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _contents(writer: ArchiveWriter, folder: Path) -> Contents:
    if connection.vendor == "sqlite":
        return sqlite_engine.write_contents(writer, folder)
    return postgresql_engine.write_contents(writer)


def _manifest(contents: Contents, now: datetime) -> Manifest:
    return Manifest(
        format=FORMAT,
        made_at=now,
        made_by=program_version(),
        engine=connection.vendor,
        migrations=applied_migrations(),
        keys=needed_keys(),
        contents=contents,
    )


def _require_new(path: Path) -> None:
    if path.exists():
        raise BackupRefused(Refusal.FILE_EXISTS, f"{path} is there already.", "Choose another name, or remove it.")
    if not path.parent.is_dir():
        raise BackupRefused(Refusal.FILE_EXISTS, f"There is no folder {path.parent}.", "Make it, or choose another.")


def _give_name(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError:
        _require_new(path)
