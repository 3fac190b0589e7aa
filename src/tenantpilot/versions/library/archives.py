"""Reading archives that anybody may have made: what they claim is checked before anything of it is unpacked."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from tenantpilot.core.errors import ReasonedError

MOST_ENTRIES = 20_000
MOST_BYTES_OF_FILE = 8 * 2**20
MOST_BYTES = 512 * 2**20
MOST_BYTES_OF_DIRECTORY = 8 * 2**20
_END, _END_BYTES, _MOST_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_ENCRYPTED = 0x1
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArchiveRefused(ReasonedError):
    """It is no archive that can be read."""

    reason_code = "archive_refused"


class ArchiveUnsafe(ReasonedError):
    """It holds a link, or a path that leads out of it."""

    reason_code = "archive_unsafe"


class TooLarge(ReasonedError):
    """It holds more, or larger, files than are taken."""

    reason_code = "too_large"


@dataclass(frozen=True)
class Member:
    """A file of an archive. `number` is its place in the directory of the archive."""

    number: int
    path: str


class Archive:
    """An archive whose directory was checked. Raises ArchiveRefused, ArchiveUnsafe, TooLarge when it is opened."""

    def __init__(self, file: IO[bytes]) -> None:
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
            raise ArchiveRefused from error
        _check_entries(self._zip.infolist())

    def members(self) -> Iterator[Member]:
        """Yield the files, without what systems add to archives."""
        for number, entry in enumerate(self._zip.infolist()):
            if not entry.is_dir() and not entry.filename.startswith("__MACOSX/"):
                yield Member(number, entry.filename)

    def read(self, number: int) -> bytes:
        """Return the content of a file, whatever size it claims to have. Raises TooLarge, ArchiveRefused."""
        entry = self._zip.infolist()[number]
        try:
            with self._zip.open(entry) as content:
                data = content.read(MOST_BYTES_OF_FILE + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise ArchiveRefused from error
        if len(data) > MOST_BYTES_OF_FILE:
            raise TooLarge
        return data


def _check_directory(file: IO[bytes]) -> None:
    """Look at the end of the archive, before a directory of a million entries is read into memory."""
    length = file.seek(0, io.SEEK_END)
    file.seek(max(length - _END_BYTES - _MOST_COMMENT, 0))
    tail = file.read(_END_BYTES + _MOST_COMMENT)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_BYTES:
        raise ArchiveRefused
    entries, size, offset = struct.unpack("<HII", tail[place + 10 : place + 20])
    if entries > MOST_ENTRIES or size > MOST_BYTES_OF_DIRECTORY or offset == 0xFFFFFFFF:
        raise TooLarge
    file.seek(0)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise TooLarge
    if any(_is_unsafe(entry) for entry in entries):
        raise ArchiveUnsafe
    if any(entry.flag_bits & _ENCRYPTED or entry.compress_type not in _READABLE for entry in entries):
        raise ArchiveRefused
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise TooLarge


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    """Return True for a link, a device, and a path that is absolute or climbs."""
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return True
    name = entry.orig_filename.replace("\\", "/")
    path = PurePosixPath(name)
    has_drive = len(name) > 1 and name[1] == ":"
    return "\0" in name or path.is_absolute() or has_drive or ".." in path.parts
