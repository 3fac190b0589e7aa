"""Pages and the links between them.

Source: https://learn.microsoft.com/graph/paging
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote, unquote

from intunesim.catalog import OverMax, Paging
from intunesim.errors import bad_request
from intunesim.graph.messages import GraphRequest
from intunesim.odata.query import Query

Item = TypeVar("Item")
CARRIED = ("$select", "$filter", "$expand", "$orderby", "$search", "$top", "$count")


@dataclass(frozen=True)
class PageRules:
    """The rules by which a list pages."""

    default: int
    maximum: int
    over_max: OverMax = OverMax.CLAMP
    style: Paging = Paging.SKIPTOKEN
    empty_every: int = 0

    def size(self, top: int | None) -> int:
        """Return the page size for a $top. Raises 400 where the API refuses one above its maximum."""
        if not top:
            return self.default
        if top <= self.maximum:
            return top
        if self.over_max is OverMax.REFUSE:
            raise bad_request(f"Invalid page size specified: '{top}'. Must be between 1 and {self.maximum} inclusive.")
        return self.maximum if self.over_max is OverMax.CLAMP else self.default


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A page: its items, and the link to the next one if there is one."""

    items: list[Item]
    next_link: str | None
    number: int


@dataclass(frozen=True)
class _Position:
    offset: int = 0
    number: int = 1


def cut_page(items: Sequence[Item], rules: PageRules, request: GraphRequest, query: Query) -> Page[Item]:
    """Return the page that a request asks for, out of all items in their order."""
    position = _position(rules, query)
    if rules.empty_every and position.number % rules.empty_every == 0 and position.offset < len(items):
        following = _Position(position.offset, position.number + 1)
        return Page([], _link(request, query, following, rules), position.number)
    end = position.offset + rules.size(query.top)
    following = _Position(end, position.number + 1)
    link = _link(request, query, following, rules) if end < len(items) else None
    return Page(list(items[position.offset : end]), link, position.number)


def _position(rules: PageRules, query: Query) -> _Position:
    if not query.skiptoken:
        return _Position(offset=query.skip)
    text = unquote(query.skiptoken) if rules.style is Paging.COSMOS else query.skiptoken
    text = text.removeprefix("[cosmosdb]")
    try:
        offset, number = json.loads(base64.urlsafe_b64decode(text.encode()))
        return _Position(int(offset), int(number))
    except (binascii.Error, ValueError, TypeError) as error:
        raise bad_request("Skip token is not valid or is not supported for this request.") from error


def _link(request: GraphRequest, query: Query, position: _Position, rules: PageRules) -> str:
    token = base64.urlsafe_b64encode(json.dumps([position.offset, position.number]).encode()).decode()
    if rules.style is Paging.COSMOS:
        # The service hands out a token that is percent-encoded already, and Graph encodes it again.
        token = quote(f"[cosmosdb]{token}", safe="")
    carried = [f"{name}={quote(query.raw[name], safe='')}" for name in CARRIED if name in query.raw]
    if rules.style is Paging.SKIP and not rules.empty_every:
        carried.append(f"$skip={position.offset}")
    else:
        carried.append(f"$skiptoken={quote(token, safe='')}")
    return f"{request.address}?{'&'.join(carried)}"
