"""The end of an archive is looked at where `zipfile` looks, so that no list of files is larger than it may be."""

import io
import zipfile
from contextlib import suppress

import pytest

from tenantpilot.artifacts.archive_ends import DirectoryTooLarge, Limits, NoArchive, check_end_of_archive
from tests.artifacts.ends import SIGNATURE, archive_of, with_end, with_long_end

FILES = 40
DIRECTORY = FILES * 52
"""At least so many bytes has the list of as many files."""
LIMITS = Limits(entries=FILES, directory_bytes=DIRECTORY + 100, may_have_long_end=True)
MANY = archive_of(2 * FILES)
FEW = archive_of(FILES)


class Watched(io.BytesIO):
    """Remembers the largest number of bytes that somebody asked for. The search for an end asks for all that follow."""

    longest = 0

    def read(self, size=-1):
        self.longest = max(self.longest, size)
        return super().read(size)


def reason(plain, limits=LIMITS):
    """Return the refusal, or None for an archive that may be read."""
    try:
        check_end_of_archive(io.BytesIO(plain), limits)
    except (NoArchive, DirectoryTooLarge) as refused:
        return type(refused)
    return None


HONEST = {
    "as zipfile writes it": FEW,
    "with a comment": archive_of(FILES, b"made by hand"),
    "with the longest comment": archive_of(FILES, b"x" * 0xFFFF),
    "behind something else": b"#!/bin/sh\n" + FEW,
    "with the longer end": with_long_end(FEW),
    "without a file": archive_of(0),
}


@pytest.mark.parametrize("kind", HONEST)
def test_an_honest_archive_is_read(kind):
    file = io.BytesIO(HONEST[kind])
    check_end_of_archive(file, LIMITS)
    with zipfile.ZipFile(file) as archive:
        assert len(archive.namelist()) in (0, FILES)


HOSTILE = {
    "more files than it may have": (MANY, DirectoryTooLarge),
    "more files than it states": (with_end(MANY, entries=1), DirectoryTooLarge),
    "its size is a signature": (with_end(FEW, size=SIGNATURE), DirectoryTooLarge),
    "its offset is a signature": (with_end(MANY, entries=1, offset=SIGNATURE), DirectoryTooLarge),
    "size and offset are signatures": (with_end(FEW, size=SIGNATURE, offset=SIGNATURE), DirectoryTooLarge),
    "an end in the comment that is cut": (with_end(FEW, size=SIGNATURE) + b"PK\x05\x06" + bytes(10), DirectoryTooLarge),
    "the longer end has more files": (with_end(with_long_end(MANY), entries=1, size=0), DirectoryTooLarge),
    "the longer end states more files": (with_long_end(FEW, entries=1 << 40), DirectoryTooLarge),
    "the longer end states a long list": (with_long_end(FEW, size=1 << 40), DirectoryTooLarge),
    "the longer end stands elsewhere": (with_long_end(FEW, place=0), NoArchive),
    "a pointer to nothing": (FEW[:-22] + b"PK\x06\x07" + bytes(16) + FEW[-22:], NoArchive),
    "a list that begins before the file": (with_end(archive_of(1), size=1_000), NoArchive),
    "no end": (FEW[:-22], NoArchive),
    "half an end": (FEW[:-5], NoArchive),
    "nothing": (b"", NoArchive),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_archive_that_lies_is_refused(kind):
    plain, expected = HOSTILE[kind]
    assert reason(plain) is expected


def test_the_longer_end_is_refused_where_none_may_be():
    assert reason(with_long_end(FEW), Limits(FILES, DIRECTORY + 100)) is NoArchive


ENDS = [(entries, size, offset) for entries in (None, 1) for size in (None, 0, SIGNATURE) for offset in (0, SIGNATURE)]


@pytest.mark.parametrize("place", range(26))
def test_what_passes_never_makes_zipfile_read_more(place):
    """A second signature stands wherever in the last bytes, before an end that lies or not."""
    for base in (MANY, with_long_end(MANY)):
        for entries, size, offset in ENDS:
            lie = bytearray(with_end(base, entries=entries, size=size, offset=offset) + bytes(8))
            lie[len(lie) - place - 4 : len(lie) - place] = b"PK\x05\x06"
            for plain in (bytes(lie), bytes(lie[:-8])):
                if reason(plain) is None:
                    with suppress(zipfile.BadZipFile), zipfile.ZipFile(file := Watched(plain)) as archive:
                        assert len(archive.namelist()) <= FILES
                        assert file.longest <= LIMITS.directory_bytes
