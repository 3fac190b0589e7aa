"""Serve what hangs below an object: its settings, assignments, members of all kinds, each with its own path."""

import copy
import uuid
from dataclasses import dataclass

from intunesim.catalog import Child, children_of
from intunesim.errors import bad_request, method_not_allowed, not_found
from intunesim.graph.binding import bind
from intunesim.graph.changes import record_change
from intunesim.graph.messages import Answer, Call
from intunesim.graph.paging import PageRules, cut_page
from intunesim.graph.reading import TypeTestOfItem, existing
from intunesim.json_types import Json, JsonObject
from intunesim.odata.filters import parse_filter
from intunesim.odata.shaping import item_type, shape_child, shape_children
from intunesim.state.building import settle, stamp, without_annotations
from intunesim.state.entities import Entity
from intunesim.state.store import kept_under


@dataclass(frozen=True)
class _Place:
    """The place that a path below an object leads to: a list, or one item of it."""

    owner: Entity
    child: Child
    items: list[JsonObject]
    item: JsonObject | None
    path: str
    declared_type: str
    """The declared type of the items."""


def answer_child(call: Call, identifier: str, rest: tuple[str, ...]) -> Answer:
    """Read or write what a path below an object names."""
    place = _walk(call, existing(call, identifier), rest)
    if call.request.method == "GET":
        return _read(call, place, counting=rest[-1] == "$count")
    if not place.child.writable:
        raise method_not_allowed(call.request.method)
    return _write(call, place)


def _walk(call: Call, owner: Entity, rest: tuple[str, ...]) -> _Place:
    type_name = str(owner.body.get("@odata.type", call.collection.entity))
    own = children_of(call.collection, type_name)
    child = next((candidate for candidate in own if candidate.name.lower() == rest[0].lower()), None)
    if child is None:
        raise call.unknown(rest[0])
    place = _Place(
        owner,
        child,
        owner.children.setdefault(child.name, []),
        None,
        f"{call.collection.path}('{owner.id}')/{child.name}",
        item_type(type_name, child),
    )
    for segment in rest[1:]:
        if segment == "$count" or segment.startswith("microsoft.graph."):
            continue
        place = _step(call, place, segment)
    return place


def _step(call: Call, place: _Place, segment: str) -> _Place:
    """Return the place one segment further: the id of an item, or a navigation property of the item."""
    if place.item is None and not place.child.single:
        item = next((item for item in place.items if str(item.get("id", "")).lower() == segment.lower()), None)
        if item is None:
            raise not_found(segment, call.collection.origin)
        return _Place(place.owner, place.child, place.items, item, f"{place.path}('{segment}')", place.declared_type)
    nested = next((child for child in place.child.children if child.name.lower() == segment.lower()), None)
    if nested is None or place.item is None:
        raise call.unknown(segment)
    below = place.item.get(nested.name)
    items = below if isinstance(below, list) else [below] if below else []
    declared_type = item_type(str(place.item.get("@odata.type", place.declared_type)), nested)
    return _Place(place.owner, nested, items, None, f"{place.path}/{nested.name}", declared_type)


def _read(call: Call, place: _Place, *, counting: bool) -> Answer:
    if counting:
        return Answer(raw=str(len(place.items)).encode(), headers={"Content-Type": "text/plain"})
    if place.item is not None:
        shaped_child = shape_child(place.child, place.item, call.query, call.view, place.path, place.declared_type)
        return Answer(body={"@odata.context": call.context(f"{place.path}/$entity"), **shaped_child})
    if place.child.single:
        if not place.items:
            return Answer(204)
        shaped_child = shape_child(place.child, place.items[0], call.query, call.view, place.path, place.declared_type)
        return Answer(body={"@odata.context": call.context(f"{place.path}/$entity"), **shaped_child})
    return _list(call, place)


def _list(call: Call, place: _Place) -> Answer:
    items = place.items
    if call.query.filter:
        holds = parse_filter(call.query.filter, TypeTestOfItem(""))
        items = [item for item in items if holds(item)]
    page = cut_page(items, _rules(call, place.child), call.request, call.query)
    body: JsonObject = {"@odata.context": call.context(place.path)}
    if call.query.count and page.number == 1:
        body["@odata.count"] = len(items)
    if page.next_link:
        body["@odata.nextLink"] = page.next_link
    listed = Child(place.child.name, children=place.child.children)
    shaped_items: Json = shape_children(listed, page.items, call.query, call.view, place.path, place.declared_type)
    return Answer(body={**body, "value": shaped_items})


def _rules(call: Call, child: Child) -> PageRules:
    habits = call.tenant.habits
    size = habits.page_sizes.get(f"{call.collection.path}/{child.name}", child.page_size)
    return PageRules(default=size, maximum=1000, style=call.collection.paging, empty_every=habits.empty_page_every)


def _write(call: Call, place: _Place) -> Answer:
    method = call.request.method
    if method == "POST" and place.item is None:
        item = {**without_annotations(bind(call, call.request.json()))}
        item["id"] = _new_id(place, item)
        if any(str(sibling.get("id")).lower() == item["id"].lower() for sibling in place.items):
            raise bad_request(f"An object with the id '{item['id']}' exists already.", call.collection.origin)
        place.items.append(item)
        _keep(call, place)
        status = place.child.create_status
        return Answer(status, {"@odata.context": call.context(f"{place.path}/$entity"), **copy.deepcopy(item)})
    if method == "PATCH" and place.item is not None:
        changes = without_annotations(bind(call, call.request.json()))
        place.item.update({name: value for name, value in changes.items() if name != "id"})
        _keep(call, place)
        return Answer(200, {"@odata.context": call.context(f"{place.path}/$entity"), **copy.deepcopy(place.item)})
    if method == "DELETE" and place.item is not None:
        place.items.remove(place.item)
        _keep(call, place)
        return Answer(204)
    raise method_not_allowed(method)


def _new_id(place: _Place, item: JsonObject) -> str:
    """Most parts get an id of their own; profiles, messages and assignments carry their owner's before it."""
    if place.child.name in ("enrollmentProfiles", "assignments"):
        return f"{place.owner.id}_{uuid.uuid4()}"
    if place.child.name == "localizedNotificationMessages":
        return f"{place.owner.id}_{item.get('locale')}"
    return str(uuid.uuid4())


def _keep(call: Call, place: _Place) -> None:
    """Store the owner after a change below it."""
    stamp(call.collection, place.owner.body, now=call.now)
    settle(call.collection, place.owner)
    call.tenant.store.put(kept_under(call.collection), place.owner)
    record_change(call, "Patch", place.owner)
