"""SQLite: the whole file, copied by SQLite's online backup API, which sees one moment while others write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from pysqlite3 import dbapi2 as sqlite

from tenantpilot.cli.database.archive import CHUNK_BYTES, ArchiveReader, ArchiveWriter
from tenantpilot.cli.database.manifest import Contents, Part
from tenantpilot.cli.database.refusals import ANOTHER, BackupRefused, Refusal

PART = "database.sqlite3"
COMPANIONS = ("-wal", "-shm", "-journal")


def write_contents(archive: ArchiveWriter, folder: Path) -> Contents:
    """Copy the database into `folder`, and the copy into the archive."""
    copy = folder / PART
    _copy_online(copy)
    rows = _read(copy, _number_of_rows)
    with archive.part(PART) as sink, copy.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            sink.write(chunk)
    return Contents((Part(PART, sink.bytes, sink.sha256, rows=rows),))


def extract(archive: ArchiveReader, target: Path) -> None:
    """Write the database of the archive into a new file that this user alone may read. Raises BackupRefused."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for part in archive.manifest.contents.parts:
            for chunk in archive.chunks(part):
                file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def require_sound(path: Path) -> None:
    """Let SQLite check pages, CHECK constraints and foreign keys. Raises BackupRefused."""
    faults = _read(path, _faults)
    if faults:
        text = f"SQLite finds {len(faults)} faults in the database of the backup: {faults[0]}."
        raise BackupRefused(Refusal.DAMAGED, text, ANOTHER)


@contextmanager
def working_in(path: Path) -> Iterator[None]:
    """Let this process work in the file of SQLite at `path`; at the end all of it is in that one file."""
    connection.close()
    place, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], str(path)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = place


def put_in_place(path: Path) -> None:
    """Replace the empty database of this installation; what belonged to the file before goes with it."""
    connection.close()
    target = Path(connection.settings_dict["NAME"])
    for companion in COMPANIONS:
        target.with_name(target.name + companion).unlink(missing_ok=True)
    path.replace(target)


def _copy_online(target: Path) -> None:
    """Copy all pages in one step, so that no write of another process makes it begin again."""
    connection.ensure_connection()
    copy = sqlite.connect(str(target))
    try:
        connection.connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()


def _read(path: Path, question: Any) -> Any:
    database = sqlite.connect(str(path))
    try:
        return question(database)
    except sqlite.DatabaseError as error:
        raise BackupRefused(
            Refusal.DAMAGED, f"SQLite cannot read the database of the backup: {error}.", ANOTHER
        ) from None
    finally:
        database.close()


def _number_of_rows(database: Any) -> int:
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sum(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names.fetchall())  # noqa: S608 a name from the catalogue


def _faults(database: Any) -> list[str]:
    answers = [str(answer) for (answer,) in database.execute("PRAGMA integrity_check(20)")]
    rows = [f"a row of {row[0]} points at nothing in {row[2]}" for row in database.execute("PRAGMA foreign_key_check")]
    return [answer for answer in answers if answer != "ok"] + rows
