"""Archives whose end was written by hand, so that it says something else than what stands there."""

import io
import struct
import zipfile

SIGNATURE = int.from_bytes(b"PK\x05\x06", "little")
"""The first bytes of an end, as a number: 101 MB."""
END_BYTES = 22


def archive_of(files: int, comment: bytes = b"") -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number in range(files):
            archive.writestr(f"{number}.json", b"{}")
        archive.comment = comment
    return sink.getvalue()


def with_end(plain: bytes, *, entries: int | None = None, size: int | None = None, offset: int | None = None) -> bytes:
    """Let the end of an archive without a comment state these."""
    end = list(struct.unpack("<IHHHHIIH", plain[-END_BYTES:]))
    for place, value in ((4, entries), (5, size), (6, offset)):
        end[place] = end[place] if value is None else value
    return plain[:-END_BYTES] + struct.pack("<IHHHHIIH", *end)


def with_long_end(
    plain: bytes, *, entries: int | None = None, size: int | None = None, place: int | None = None
) -> bytes:
    """Give an archive without a comment the longer end, which says this, and a short one that says nothing."""
    stated_entries, stated_size, offset = struct.unpack("<HII", plain[-12:-2])
    end = len(plain) - END_BYTES
    numbers = (stated_entries if entries is None else entries, stated_size if size is None else size)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, numbers[0], *numbers, offset)
    pointer = struct.pack("<4sIQI", b"PK\x06\x07", 0, end if place is None else place, 1)
    return plain[:end] + record + pointer + plain[end:]
