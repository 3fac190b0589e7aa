"""Checking the end of a ZIP archive that anybody may have made, before its list of files is read into memory."""

import io
import struct
from dataclasses import dataclass
from typing import IO

_END, _END_BYTES, _MOST_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_LONG_END, _LONG_END_BYTES = b"PK\x06\x06", 56
_POINTER, _POINTER_BYTES = b"PK\x06\x07", 20
_ENTRY = b"PK\x01\x02"


@dataclass(frozen=True)
class Limits:
    """The most that an archive may list, and if it may have the longer end of an archive without limits (ZIP64)."""

    entries: int
    directory_bytes: int
    may_have_long_end: bool = False


class NoArchive(ValueError):
    """The file does not end as an archive does."""


class DirectoryTooLarge(ValueError):
    """The list of files has more entries or bytes than the limits allow."""


@dataclass(frozen=True)
class _Directory:
    """The list of files, as the end of the archive states it."""

    start: int
    size: int
    entries: int


def check_end_of_archive(file: IO[bytes], limits: Limits) -> None:
    """Find the end that `zipfile` finds, and look at what it reads then. Raises NoArchive, DirectoryTooLarge.

    The stated number of files binds nobody, so the entries are counted as they stand there.
    """
    directory = _directory(file, limits)
    if directory.entries > limits.entries or directory.size > limits.directory_bytes:
        raise DirectoryTooLarge
    if directory.start < 0:
        raise NoArchive
    file.seek(directory.start)
    if file.read(directory.size).count(_ENTRY) > limits.entries:
        raise DirectoryTooLarge
    file.seek(0)


def _directory(file: IO[bytes], limits: Limits) -> _Directory:
    length = file.seek(0, io.SEEK_END)
    from_place = max(length - _END_BYTES - _MOST_COMMENT, 0)
    file.seek(from_place)
    tail = file.read(_END_BYTES + _MOST_COMMENT)
    # The end is whole: what looks like one within its last bytes is a field or a comment.
    place = tail.rfind(_END, 0, max(len(tail) - _END_BYTES, 0) + len(_END))
    if place < 0 or len(tail) - place < _END_BYTES:
        raise NoArchive
    end = from_place + place
    pointer = _bytes_before(file, end, _POINTER_BYTES)
    if pointer.startswith(_POINTER):
        if not limits.may_have_long_end:
            raise NoArchive
        return _long_directory(file, end - _POINTER_BYTES, pointer)
    entries, size = struct.unpack_from("<HI", tail, place + 10)
    return _Directory(end - size, size, entries)


def _long_directory(file: IO[bytes], pointer_place: int, pointer: bytes) -> _Directory:
    """Return the list that the longer end states. It is refused unless it stands just before its pointer."""
    place = pointer_place - _LONG_END_BYTES
    record = _bytes_before(file, pointer_place, _LONG_END_BYTES)
    (stated_place,) = struct.unpack_from("<Q", pointer, 8)
    if not record.startswith(_LONG_END) or stated_place != place:
        raise NoArchive
    entries, size = struct.unpack_from("<QQ", record, 32)
    return _Directory(place - size, size, entries)


def _bytes_before(file: IO[bytes], place: int, count: int) -> bytes:
    """Return as many bytes as asked for, or none at the beginning of the file."""
    if place < count:
        return b""
    file.seek(place - count)
    return file.read(count)
