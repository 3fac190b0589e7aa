"""The digest of a set: equal on every machine and every database that holds the same versions."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from tenantpilot.backups.models import BackupMemberQuerySet


@dataclass(frozen=True, order=True)
class Entry:
    """A line of the digest."""

    type: str
    graph_id: str
    payload_sha256: str


def entries_of(members: BackupMemberQuerySet) -> list[Entry]:
    rows = members.values_list("policy__type", "policy__graph_id", "version__payload__sha256")
    return [Entry(*row) for row in rows.iterator(chunk_size=5_000)]


def digest_of(entries: Iterable[Entry]) -> str:
    """Return the SHA-256 of the sorted lines.

    Fingerprints of secrets are left out: their key differs by installation.
    """
    lines = sorted(f"{entry.type}\t{entry.graph_id}\t{entry.payload_sha256}\n".encode() for entry in entries)
    return hashlib.sha256(b"".join(lines)).hexdigest()
