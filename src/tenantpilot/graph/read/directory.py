"""Names behind ids, and changes of groups since last time.

Sources: https://learn.microsoft.com/graph/delta-query-groups,
https://learn.microsoft.com/graph/api/directoryobject-getbyids
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.paging import items_of
from tenantpilot.graph.contracts.directory import GROUP_CHANGES, MOST_IDS, OBJECTS_BY_IDS
from tenantpilot.graph.errors import GraphIncompleteRead

DELTA_LINK = "@odata.deltaLink"


@dataclass(frozen=True)
class Changes:
    """Changes in Graph's words: a group may come several times, its members in portions, removals marked.

    `link` asks for what changes from here on. It is good for seven days.
    """

    items: tuple[JsonObject, ...]
    link: str


def first_changes(client: GraphClient, select: Sequence[str]) -> Changes:
    """Return all groups, and the link for what changes later."""
    return _collected(client.pages(GROUP_CHANGES, {"$select": ",".join(select)}))


def changes_since(client: GraphClient, link: str) -> Changes:
    """Return the changes since a link. Raises GraphResyncRequired when the link is too old: begin with all groups."""
    return _collected(client.pages_of_link(link))


def objects_by_ids(client: GraphClient, ids: Iterable[str], types: Sequence[str]) -> dict[str, JsonObject]:
    """Return the objects of the directory by id; an id that the tenant does not have is left out."""
    waiting, objects = iter(dict.fromkeys(ids)), dict[str, JsonObject]()
    while some := list(islice(waiting, MOST_IDS)):
        answer = client.send("POST", OBJECTS_BY_IDS, {"ids": some, "types": list(types)})
        objects |= {str(item.get("id")): item for item in client.rest_of(answer.json())}
    return objects


def _collected(pages: Iterable[JsonObject]) -> Changes:
    items: list[JsonObject] = []
    link = None
    for page in pages:
        items += items_of(page)
        link = page.get(DELTA_LINK)
    if not isinstance(link, str):
        raise GraphIncompleteRead("changes without a link for the next ones", item_count=len(items))
    return Changes(tuple(items), link)
