"""Names behind ids, and changes of groups since last time.

Sources: https://learn.microsoft.com/graph/delta-query-groups,
https://learn.microsoft.com/graph/api/directoryobject-getbyids
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.paging import items_of
from tenantpilot.graph.contracts.directory import (
    GROUP_CHANGES,
    GROUPS_AND_ROLES_OF_USER,
    MOST_IDS,
    OBJECTS_BY_IDS,
    TRANSITIVE_MEMBERS,
    USER,
)
from tenantpilot.graph.errors import GraphIncompleteRead, GraphResponseUnreadable

DELTA_LINK = "@odata.deltaLink"
NEXT_LINK = "@odata.nextLink"
EVENTUAL = {"ConsistencyLevel": "eventual"}
"""The directory counts only for those who accept an answer that lags a little."""


@dataclass(frozen=True)
class ChangePage:
    """A page of changes in Graph's words: a group may come several times, its members in portions, removals marked.

    `link` leads to the next page or, after the last one, to what changes from then on. It is good for seven days.
    """

    items: tuple[JsonObject, ...]
    link: str
    is_last: bool


@dataclass(frozen=True)
class Changes:
    """The changes of all pages, and the link for what changes from here on."""

    items: tuple[JsonObject, ...]
    link: str


def pages_of_all(client: GraphClient, select: Sequence[str]) -> Iterator[ChangePage]:
    """Yield all groups, page by page. Raises GraphIncompleteRead when a page leads nowhere."""
    return _change_pages(client.pages(GROUP_CHANGES, {"$select": ",".join(select)}))


def pages_since(client: GraphClient, link: str) -> Iterator[ChangePage]:
    """Yield the changes from a link on, page by page.

    Raises GraphResyncRequired when the link is too old: begin with all groups.
    """
    return _change_pages(client.pages_of_link(link))


def first_changes(client: GraphClient, select: Sequence[str]) -> Changes:
    """Return all groups, and the link for what changes later."""
    return _collected(pages_of_all(client, select))


def changes_since(client: GraphClient, link: str) -> Changes:
    """Return the changes since a link. Raises GraphResyncRequired when the link is too old: begin with all groups."""
    return _collected(pages_since(client, link))


def count_of_members(client: GraphClient, group_id: str) -> int:
    """Return the number of members of a group, and of the groups inside it. Raises GraphError.

    Source: https://learn.microsoft.com/graph/api/group-list-transitivemembers
    """
    path, params = TRANSITIVE_MEMBERS.format(group_id), {"$count": "true", "$top": "1", "$select": "id"}
    count = client.get(path, params, headers=EVENTUAL).get("@odata.count")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise GraphResponseUnreadable("members without a count")
    return count


def can_sign_in(client: GraphClient, user_id: str) -> bool:
    """Return True if the account is enabled. Raises GraphError, GraphNotFound where there is none.

    Source: https://learn.microsoft.com/graph/api/user-get
    """
    return client.get(USER.format(user_id), {"$select": "id,accountEnabled"}).get("accountEnabled") is True


def groups_and_roles_of(client: GraphClient, user_id: str) -> frozenset[str]:
    """Return the ids of an account's groups, and of those around them, and of its roles' templates. Raises GraphError.

    Source: https://learn.microsoft.com/graph/api/user-list-transitivememberof
    """
    rows = client.iterate(GROUPS_AND_ROLES_OF_USER.format(user_id))
    return frozenset(str(row.get("roleTemplateId") or row.get("id") or "").lower() for row in rows)


def people_in(client: GraphClient, group_id: str) -> list[str]:
    """Return the ids of the accounts in a group, and in the groups inside it. Raises GraphError."""
    rows = client.iterate(TRANSITIVE_MEMBERS.format(group_id))
    return [str(row["id"]).lower() for row in rows if str(row.get("@odata.type")).endswith(".user") and row.get("id")]


def objects_by_ids(client: GraphClient, ids: Iterable[str], types: Sequence[str]) -> dict[str, JsonObject]:
    """Return the objects of the directory by id; an id that the tenant does not have is left out."""
    waiting, objects = iter(dict.fromkeys(ids)), dict[str, JsonObject]()
    while some := list(islice(waiting, MOST_IDS)):
        answer = client.send("POST", OBJECTS_BY_IDS, {"ids": some, "types": list(types)})
        objects |= {str(item.get("id")): item for item in client.rest_of(answer.json())}
    return objects


def _change_pages(pages: Iterable[JsonObject]) -> Iterator[ChangePage]:
    for page in pages:
        items = tuple(items_of(page))
        following, ends_with = page.get(NEXT_LINK), page.get(DELTA_LINK)
        link = following or ends_with
        if not isinstance(link, str) or not link:
            raise GraphIncompleteRead("changes without a link for the next ones", item_count=len(items))
        yield ChangePage(items, link, is_last=not following)


def _collected(pages: Iterable[ChangePage]) -> Changes:
    items: list[JsonObject] = []
    link = ""
    for page in pages:
        items += page.items
        link = page.link
    return Changes(tuple(items), link)
