"""The log of requests: what was called, by whom, and how it was answered."""

import fnmatch
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from intunesim.json_types import JsonObject


@dataclass(frozen=True)
class Entry:
    """One request. Secrets and tokens never reach it."""

    number: int
    at: str
    method: str
    version: str
    path: str
    query: str
    status: int
    tenant: str
    client_id: str
    request_id: str
    client_request_id: str
    batch: str | None = None
    """The request-id of the batch that carried it."""
    fault: str = ""
    """The kinds of fault that befell it."""
    body: object = field(default=None, repr=False)
    """What was written, for calls that write."""

    def as_json(self) -> JsonObject:
        """The entry as JSON."""
        return asdict(self)


class RequestLog:
    """The newest requests, oldest first."""

    def __init__(self, size: int = 200_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._number = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def next_number(self) -> int:
        """The number of the next entry."""
        self._number += 1
        return self._number

    def add(self, entry: Entry) -> None:
        """Note a request."""
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget all requests."""
        self._entries.clear()

    def find(
        self, *, method: str = "*", path: str = "*", tenant: str = "*", status: int | None = None, since: int = 0
    ) -> list[Entry]:
        """The requests that fit; path is a pattern for the path below the version."""
        return [
            entry
            for entry in self._entries
            if entry.number > since
            and method in ("*", entry.method)
            and tenant in ("*", entry.tenant)
            and (status is None or entry.status == status)
            and fnmatch.fnmatchcase(entry.path.lower(), path.lower())
        ]

    def writes(self, tenant: str = "*") -> list[Entry]:
        """The calls to Graph that could have changed something: not sign-ins, not batches as such."""
        return [
            entry
            for entry in self._entries
            if entry.version
            and entry.method != "GET"
            and entry.path != "/$batch"
            and tenant in ("*", entry.tenant)
            and not entry.path.lower().endswith(("/getbyids", "/getrolescopetagsbyid", "/haspayloadlinks"))
        ]
