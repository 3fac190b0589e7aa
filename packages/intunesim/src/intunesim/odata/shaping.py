"""What of an object an answer shows: $select, $expand, and what lists leave out."""

import copy

from intunesim.catalog import Child, Collection
from intunesim.errors import bad_request
from intunesim.json_types import Json, JsonObject
from intunesim.odata.query import Expand, Query
from intunesim.state.entities import Entity

ALWAYS_SHOWN = ("@odata.type", "id")


def shape(collection: Collection, entity: Entity, query: Query, *, in_list: bool) -> JsonObject:
    """An object as an answer shows it. Nothing in it is shared with the store."""
    shown = copy.deepcopy(entity.body)
    if in_list:
        for name in collection.list_omits:
            if name in shown:
                shown[name] = None
    if query.select:
        shown = selected(shown, query.select)
    for expand in query.expand:
        child = expanded_child(collection, expand)
        shown[child.name] = shape_children(child, entity.children.get(child.name, []), expand)
    return shown


def expanded_child(collection: Collection, expand: Expand) -> Child:
    """The navigation property that an $expand names. Raises 400."""
    child = collection.child(expand.name.split("/")[-1])
    if child is None:
        raise bad_request(
            f"Parsing OData Select and Expand failed: Could not find a property named '{expand.name}' "
            f"on type 'microsoft.graph.{collection.entity}'."
        )
    return child


def shape_children(child: Child, items: list[JsonObject], expand: Expand | Query) -> Json:
    """The objects of a navigation property, each with what was asked of it."""
    shaped = [shape_child(child, item, expand) for item in items]
    if child.single:
        return shaped[0] if shaped else None
    return shaped


def shape_child(child: Child, item: JsonObject, expand: Expand | Query) -> JsonObject:
    """One object of a navigation property; what hangs below it only when it is expanded."""
    nested = {grandchild.name: grandchild for grandchild in child.children}
    shown = {name: copy.deepcopy(value) for name, value in item.items() if name not in nested}
    if expand.select:
        shown = selected(shown, expand.select)
    for inner in expand.expand:
        grandchild = nested.get(inner.name)
        if grandchild is None:
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{inner.name}'."
            )
        value = item.get(grandchild.name)
        if grandchild.single:
            shown[grandchild.name] = copy.deepcopy(value)
        else:
            shown[grandchild.name] = shape_children(grandchild, value or [], inner)
    return shown


def selected(item: JsonObject, names: tuple[str, ...]) -> JsonObject:
    """Only the selected properties; the type and, as Intune does, the id come with them."""
    wanted = {name.split("/")[-1].lower() for name in names}
    if "*" in wanted:
        return item
    return {name: value for name, value in item.items() if name.lower() in wanted or name in ALWAYS_SHOWN}
