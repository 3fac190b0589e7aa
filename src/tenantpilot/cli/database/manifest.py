"""The manifest of a database backup: what is inside, and what restoring it needs."""

from dataclasses import dataclass, field
from datetime import datetime

from tenantpilot.core.stored import StoredData

FORMAT = "tenantpilot-database"


@dataclass(frozen=True)
class Part:
    """A file of the archive: the whole database of SQLite, or one table of PostgreSQL with its columns and rows."""

    name: str
    bytes: int
    sha256: str
    table: str = ""
    columns: tuple[str, ...] = ()
    rows: int = 0


@dataclass(frozen=True)
class KeyMark:
    """A sealing key that the backup needs. The mark tells it from another key of the same name, and opens nothing."""

    id: str
    mark: str


@dataclass(frozen=True)
class Contents:
    """Parts that were read from a database in one snapshot. `sequences` has the last number that each one gave."""

    parts: tuple[Part, ...]
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


@dataclass(frozen=True)
class Manifest(StoredData):
    """`keys` begins with the one that signs the manifest. `migrations` has every one that was applied."""

    format: str
    made_at: datetime
    made_by: str
    engine: str
    migrations: tuple[str, ...]
    keys: tuple[KeyMark, ...]
    contents: Contents
