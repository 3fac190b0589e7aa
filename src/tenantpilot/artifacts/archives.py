"""Writing a ZIP archive as a stream: the same content gives the same bytes, whenever and wherever it is written."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16
_LEVEL = 6


class Sink(Protocol):
    """Bytes go in; nothing is read back."""

    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Entry:
    """A file of an archive, as the manifest and the list of sums name it."""

    path: str
    sha256: str
    size: int

    @classmethod
    def of(cls, path: str, content: bytes) -> "Entry":
        return cls(path, hashlib.sha256(content).hexdigest(), len(content))


Read = Callable[[Sequence[Entry]], Iterable[bytes]]
TOGETHER = 100
"""The number of files that are read at a time."""


def write_archive(sink: Sink, manifest: Mapping[str, Any], entries: Iterable[Entry], read_contents: Read) -> None:
    """Write the manifest first, the files in the order of their paths, and their sums last.

    `read_contents` returns the contents of the given files, in their order. Raises ContentChanged.
    """
    in_order = sorted(entries, key=lambda entry: entry.path)
    head = Entry.of(MANIFEST, encoded(manifest))
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        _add(archive, MANIFEST, encoded(manifest))
        for entry, content in _contents(in_order, read_contents):
            if Entry.of(entry.path, content) != entry:
                raise ContentChanged(entry.path)
            _add(archive, entry.path, content)
        _add(archive, SUMS, "".join(f"{entry.sha256}  {entry.path}\n" for entry in (head, *in_order)).encode())


def encoded(content: object) -> bytes:
    """Return JSON as files hold it: indented, with its names in the given order; half a surrogate pair is escaped."""
    try:
        return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(content, indent=2) + "\n").encode()


class ContentChanged(RuntimeError):
    """A file is not what it was when the manifest was made."""


def _contents(entries: Sequence[Entry], read_contents: Read) -> Iterator[tuple[Entry, bytes]]:
    for start in range(0, len(entries), TOGETHER):
        portion = entries[start : start + TOGETHER]
        yield from zip(portion, read_contents(portion), strict=True)


def _add(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(path, _TIME)
    entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _PLAIN_FILE, zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=_LEVEL)
