"""Reading archives that anybody may have made: what they claim is checked before anything of it is unpacked."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from tenantpilot.artifacts.archive_ends import DirectoryTooLarge, Limits, check_end_of_archive
from tenantpilot.core.errors import ReasonedError

MOST_BYTES_OF_FILE = 8 * 2**20
MOST_BYTES = 512 * 2**20
LIMITS = Limits(entries=20_000, directory_bytes=8 * 2**20, may_have_long_end=True)
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
        try:
            check_end_of_archive(file, LIMITS)
            self._zip = zipfile.ZipFile(file)
        except DirectoryTooLarge as error:
            raise TooLarge from error
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


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
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
