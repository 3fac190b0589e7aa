"""The log of requests: what was called, by whom, and how it was answered."""

import fnmatch
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field

from intunesim.json_types import JsonObject

IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Entry:
    """A request in the journal. Secrets and tokens never reach it."""

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
    unknown: str = ""
    """What the client asked for that is not simulated."""
    body: object = field(default=None, repr=False)
    """What was written, for calls that write."""

    def as_json(self) -> JsonObject:
        """Return the entry as JSON."""
        return asdict(self)


def unknown_line(entry: Entry) -> str:
    """Return in one line what a request asked for that is not simulated, "" when there is nothing."""
    path = IDENTIFIER.sub("*", entry.path)
    return f"{entry.method} /{entry.version}{path}: unknown {entry.unknown}" if entry.unknown else ""


class RequestLog:
    """The newest requests, oldest first."""

    def __init__(self, size: int = 200_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._number = 0
        self._listeners: list[Callable[[Entry], None]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def next_number(self) -> int:
        """Return the number of the next entry."""
        self._number += 1
        return self._number

    def add(self, entry: Entry) -> None:
        """Note a request."""
        self._entries.append(entry)
        for listener in self._listeners:
            listener(entry)

    def watch(self, listener: Callable[[Entry], None]) -> None:
        """Call a listener with every request from now on."""
        self._listeners.append(listener)

    def unknown(self, tenant: str = "*") -> list[str]:
        """Return the requests that are not simulated: each method, path and reason once, ids as stars."""
        lines = {unknown_line(entry) for entry in self._entries if tenant in ("*", entry.tenant)}
        return sorted(lines - {""})

    def clear(self) -> None:
        """Forget all requests."""
        self._entries.clear()

    def find(
        self, *, method: str = "*", path: str = "*", tenant: str = "*", status: int | None = None, since: int = 0
    ) -> list[Entry]:
        """Return the requests that fit; path is a pattern for the path below the version."""
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
        """Return the calls to Graph that could have changed something: not sign-ins, not batches as such."""
        return [
            entry
            for entry in self._entries
            if entry.version
            and entry.method != "GET"
            and entry.path != "/$batch"
            and tenant in ("*", entry.tenant)
            and not entry.path.lower().endswith(("/getbyids", "/getrolescopetagsbyid", "/haspayloadlinks"))
        ]
