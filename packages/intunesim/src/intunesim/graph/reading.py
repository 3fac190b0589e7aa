"""GET: lists, objects, counts."""

import re
from collections.abc import Iterable

from intunesim.catalog.types import bare, type_table
from intunesim.errors import Origin, bad_request, not_found
from intunesim.graph.directory_rules import (
    check_directory_count,
    check_directory_query,
    check_identifier,
    eventual,
)
from intunesim.graph.messages import Answer, Call
from intunesim.graph.paging import PageRules, cut_page
from intunesim.graph.showing import show
from intunesim.json_types import Json, JsonObject
from intunesim.odata.filters import Condition, parse_filter
from intunesim.odata.names import check_names, resolver
from intunesim.odata.query import Query
from intunesim.odata.shaping import expanded_child
from intunesim.state.entities import Entity
from intunesim.state.lagging import visible, visible_all, writable

MAX_PAGE_SIZE = re.compile(r"odata\.maxpagesize\s*=\s*(\d{1,6})")


def get_list(call: Call) -> Answer:
    """Return one page of a collection."""
    collection, query = call.collection, call.query
    if query.expand and not collection.expand_on_list:
        raise bad_request("The query specified in the URI is not valid. $expand is not supported on this list.")
    for expand in query.expand:
        expanded_child(collection, expand)
    check_directory_query(call)
    check_names(query, call.cast or collection.entity, call.request.version)
    matching = ordered(narrowed(call, visible_all(call.tenant, collection)), query.orderby)
    listed = _without_hidden(call, matching)
    page = cut_page(listed, page_rules(call), call.request, query)
    body: JsonObject = {"@odata.context": call.context(_list_context(call))}
    if counts(call) and page.number == 1:
        body["@odata.count"] = len(matching)
    body.update(tips(call))
    if page.next_link:
        body["@odata.nextLink"] = page.next_link
    body["value"] = [show(call, entity, query, in_list=True) for entity in page.items]
    return Answer(body=body)


def get_count(call: Call) -> Answer:
    """Return the number of objects, as plain text."""
    check_directory_count(call)
    count = len(narrowed(call, visible_all(call.tenant, call.collection)))
    return Answer(raw=str(count).encode(), headers={"Content-Type": "text/plain"})


def get_property(call: Call, identifier: str, name: str) -> Answer:
    """Return one property of an object that holds an object itself: that object, or 204 when there is none."""
    value = existing(call, identifier).body.get(name)
    if not isinstance(value, dict):
        return Answer(204)
    return Answer(body={"@odata.context": call.context(f"{call.collection.path}('{identifier}')/{name}"), **value})


def get_one(call: Call, identifier: str) -> Answer:
    """Return one object, whole."""
    entity = existing(call, identifier)
    check_names(call.query, call.cast or _own_type(call, entity), call.request.version)
    body = {
        "@odata.context": call.context(f"{call.collection.path}{_selection(call.query)}/$entity"),
        **tips(call),
        **show(call, entity, call.query),
    }
    return Answer(body=body)


def existing(call: Call, identifier: str) -> Entity:
    """Return the object of this id. Raises 404."""
    entity = visible(call.tenant, call.collection, identifier)
    if entity is None and call.collection.key == "user":
        entity = _by_principal_name(call, identifier)
    if entity is None:
        check_identifier(call, identifier)
    if entity is None:
        raise not_found(identifier, call.collection.origin)
    return entity


def to_write(call: Call, identifier: str) -> Entity:
    """Return the object of this id, in its newest state. Raises 404."""
    entity = writable(call.tenant, call.collection, identifier)
    if entity is None:
        raise not_found(identifier, call.collection.origin)
    return entity


def narrowed(call: Call, entities: Iterable[Entity]) -> list[Entity]:
    """Return the objects that $filter and $search leave."""
    conditions: list[Condition] = []
    if call.cast:
        conditions.append(lambda item: _type_test(call)(item, call.cast))
    if call.query.filter:
        resolve = resolver(bare(call.cast) or call.collection.entity, call.request.version)
        conditions.append(parse_filter(call.query.filter, _type_test(call), resolve))
    if call.query.search:
        conditions.append(_search(call.query.search, call.collection.name))
    if not conditions:
        return list(entities)
    entity_type, full_body = call.collection.entity, call.view.whole
    return [entity for entity in entities if all(holds(full_body(entity.body, entity_type)) for holds in conditions)]


def _own_type(call: Call, entity: Entity) -> str:
    return bare(str(entity.body.get("@odata.type", call.collection.entity)))


def ordered(entities: list[Entity], orderby: str) -> list[Entity]:
    """Return the objects in the order of $orderby, or in the order they came."""
    for part in reversed([part.split() for part in orderby.split(",") if part.strip()]):
        name, descending = part[0], len(part) > 1 and part[1].lower() == "desc"
        entities = sorted(entities, key=lambda entity: _sort_key(entity.body.get(name)), reverse=descending)
    return entities


def page_rules(call: Call) -> PageRules:
    """Return the rules by which this collection pages in this tenant."""
    collection, habits = call.collection, call.tenant.habits
    return PageRules(
        default=_preferred(call) or habits.page_sizes.get(collection.path, collection.page_size),
        maximum=collection.max_page_size,
        over_max=collection.over_max,
        style=collection.paging,
        empty_every=habits.empty_page_every,
    )


def _preferred(call: Call) -> int | None:
    """Return the page size that a client prefers, None without one."""
    match = MAX_PAGE_SIZE.search(call.request.headers.get("prefer", ""))
    size = int(match.group(1)) if match else 0
    return size if 0 < size <= call.collection.max_page_size else None


def tips(call: Call) -> JsonObject:
    """Return the advice that Graph adds when nothing was selected."""
    if call.query.select or call.request.batch:
        return {}
    advice = (
        "Use $select to choose only the properties your app needs, as this can lead to performance improvements. "
        f"For example: GET {call.collection.path}?$select={call.collection.name}"
    )
    return {"@microsoft.graph.tips": advice}


def _by_principal_name(call: Call, name: str) -> Entity | None:
    people = call.tenant.store.entities(call.collection.path)
    return next(
        (person for person in people if str(person.body.get("userPrincipalName")).lower() == name.lower()), None
    )


def _type_test(call: Call) -> "TypeTestOfItem":
    return TypeTestOfItem(call.collection.entity)


class TypeTestOfItem:
    """isof(): whether an object is of a type, or of one that derives from it."""

    def __init__(self, declared: str) -> None:
        self._declared = declared

    def __call__(self, item: JsonObject, type_name: str) -> bool:
        own = str(item.get("@odata.type") or self._declared)
        return type_table().is_of(own, type_name.removeprefix("microsoft.graph."))


def _search(text: str, name: str) -> Condition:
    """$search="displayName:words", or plain words for the name."""
    field, _, words = text.strip('"').rpartition(":")
    search_words = words.strip('"').lower().split()
    return lambda item: all(word in str(item.get(field or name) or "").lower() for word in search_words)


def counts(call: Call) -> bool:
    """Return True if a count was asked for; the directory counts only for those who accept an answer that lags."""
    return call.query.count and (call.collection.origin is not Origin.DIRECTORY or eventual(call))


def _without_hidden(call: Call, entities: list[Entity]) -> list[Entity]:
    habits, path = call.tenant.habits, call.collection.path
    if path in habits.silent_cuts and call.query.top is None:
        entities = entities[: habits.silent_cuts[path]]
    hidden = habits.hidden.get(path, ())
    return [entity for entity in entities if entity.id not in hidden] if hidden else entities


def _sort_key(value: Json) -> tuple[bool, str]:
    return value is not None, f"{value:>20}" if isinstance(value, int) else str(value).lower()


def _list_context(call: Call) -> str:
    return f"{call.collection.path}{_selection(call.query)}"


def _selection(query: Query) -> str:
    names = [*query.select, *(f"{expand.name}()" for expand in query.expand)]
    return f"({','.join(names)})" if names else ""
