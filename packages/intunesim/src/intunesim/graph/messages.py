"""A request to Graph and the answer to it, free of any web framework."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from urllib.parse import unquote

from intunesim.catalog import Collection
from intunesim.errors import bad_request, unknown_segment
from intunesim.graph.world import World
from intunesim.json_text import NotJson, read, written
from intunesim.json_types import Json, JsonObject
from intunesim.login.tokens import Caller
from intunesim.odata.query import Query
from intunesim.odata.view import View
from intunesim.state.tenant import Tenant

VERSIONS = ("v1.0", "beta")
UNREADABLE = (
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
)
WRITE_METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True)
class GraphRequest:
    """A call, alone or inside a batch."""

    method: str
    version: str
    path: str
    """Below the version, still percent-encoded, without a leading slash."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    content: bytes = b""
    base_url: str = "https://graph.microsoft.com"
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    batch: str | None = None
    """The request-id of the batch that carries this call."""

    @property
    def client_request_id(self) -> str:
        """Return the id that the client chose, or ours."""
        return self.headers.get("client-request-id") or self.request_id

    @property
    def address(self) -> str:
        """Return the absolute address of the resource, without its query."""
        return f"{self.base_url}/{self.version}/{self.path}"

    def segments(self) -> list[str]:
        """Return the path cut at its slashes; a key in parentheses becomes a segment of its own."""
        cut: list[str] = []
        for raw in _outside_quotes(unquote(self.path).strip("/")):
            name, bracket, rest = raw.partition("(")
            key = rest.removesuffix(")")
            if bracket and key.startswith("'") and name and "=" not in key.split("'")[0]:
                cut += [name, key.strip("'")]
            else:
                cut.append(raw)
        return cut

    def json(self) -> JsonObject:
        """Return the body, which must be a JSON object. Raises 400."""
        if not self.content.strip():
            raise bad_request("Empty Payload. JSON content expected.")
        if "json" not in self.headers.get("content-type", ""):
            raise bad_request("A valid Content-Type header is required: application/json.")
        try:
            body = read(self.content)
        except NotJson as error:
            raise bad_request(UNREADABLE) from error
        if not isinstance(body, dict):
            raise bad_request("Unable to read JSON request payload: a JSON object is expected.")
        return cast(JsonObject, body)


def _outside_quotes(path: str) -> list[str]:
    """Cut at slashes that are not inside a quoted key."""
    parts, current, quoted = [], "", False
    for sign in path:
        quoted ^= sign == "'"
        if sign == "/" and not quoted:
            parts.append(current)
            current = ""
        else:
            current += sign
    return [part for part in [*parts, current] if part]


@dataclass
class Answer:
    """An answer: a status, headers, and JSON unless there is nothing to say."""

    status: int = 200
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """A body that is not JSON, in place of it."""

    def content(self) -> bytes:
        """Return the bytes of the body."""
        if self.raw is not None:
            return self.raw
        if self.body is None:
            return b""
        return written(self.body)


@dataclass(frozen=True)
class Call:
    """A request that was understood so far: who asks what of which collection."""

    world: World
    request: GraphRequest
    tenant: Tenant
    caller: Caller
    query: Query
    collection: Collection
    rest: tuple[str, ...]
    """What follows the collection's path: an id, a navigation property, an action."""
    now: datetime
    cast: str = ""
    """The derived type that the path narrows a list to."""

    @property
    def writes(self) -> bool:
        """Return True if the verb can change anything."""
        return self.request.method in WRITE_METHODS

    def in_collection(self, collection: Collection) -> "Call":
        """Return the same call, as if it were about another collection."""
        return replace(self, collection=collection, rest=())

    @property
    def view(self) -> View:
        """Objects as the version of this call shows them."""
        return View(self.request.version, f"{self.request.base_url}/{self.request.version}/$metadata")

    def context(self, suffix: str) -> str:
        """Return the @odata.context of an answer."""
        return self.view.context(suffix)

    def unknown(self, segment: str) -> Exception:
        """Return the refusal of a segment that this resource does not have."""
        return unknown_segment(segment.split("(")[0])
