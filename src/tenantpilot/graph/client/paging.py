"""From page to page of a collection, until it is whole.

Source: https://learn.microsoft.com/graph/paging
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.errors import GraphIncompleteRead, GraphResponseUnreadable

MOST_EMPTY_PAGES = 100
"""After this many empty pages in a row the answer is taken for broken."""


Follow = Callable[[str], JsonObject]


def items_of_pages(first: JsonObject, follow: Follow) -> Iterator[JsonObject]:
    """Yield every item, untouched.

    Raises GraphIncompleteRead when the pages lead in a circle, or hold less than Graph had stated.
    """
    item_count = 0
    for page in pages_from(first, follow):
        items = items_of(page)
        item_count += len(items)
        yield from items
    _compare(first.get("@odata.count"), item_count)


def pages_from(first: JsonObject, follow: Follow) -> Iterator[JsonObject]:
    """Yield every page. An empty one may have a next one. Raises GraphIncompleteRead when they lead in a circle."""
    page, item_count, empty, links = first, 0, 0, set[str]()
    while True:
        count = len(items_of(page))
        item_count, empty = item_count + count, 0 if count else empty + 1
        yield page
        next_link = page.get("@odata.nextLink")
        if next_link in (None, ""):  # an empty link leads nowhere: what is missing then, the stated count tells
            return
        if not isinstance(next_link, str) or next_link in links or empty > MOST_EMPTY_PAGES:
            raise GraphIncompleteRead("the pages lead in a circle", item_count=item_count)
        links.add(next_link)
        page = follow(next_link)


def items_of(page: JsonObject) -> list[JsonObject]:
    """Return the items of one page. Raises GraphResponseUnreadable."""
    items = page.get("value")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise GraphResponseUnreadable("a page without a list of objects")
    return items


def _compare(stated: object, item_count: int) -> None:
    """More than stated is no loss: it was created meanwhile."""
    if isinstance(stated, int) and item_count < stated:
        raise GraphIncompleteRead(stated=stated, item_count=item_count)
