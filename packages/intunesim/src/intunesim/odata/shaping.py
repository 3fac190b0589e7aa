"""Shape an object for an answer: $select, $expand, and what lists leave out."""

import copy

from intunesim.catalog import Child, Collection, children_of
from intunesim.catalog.types import V1, type_table
from intunesim.errors import bad_request
from intunesim.json_types import Json, JsonObject
from intunesim.odata.query import Expand, Query
from intunesim.odata.view import View
from intunesim.state.entities import Entity

ALWAYS_SHOWN = ("@odata.type", "id")


def shape(collection: Collection, entity: Entity, query: Query, view: View, *, in_list: bool) -> JsonObject:
    """Return an object as an answer shows it. Nothing in it is shared with the store."""
    body = shape_body(collection, entity.body, query.select, view, in_list=in_list)
    address = f"{collection.path}('{entity.id}')"
    for expand in query.expand:
        child = expanded_child(collection, expand, str(entity.body.get("@odata.type", "")))
        if child is not None:
            _expand(body, child, entity.children.get(child.name, []), expand, view, address, collection.entity)
    return body


def shape_body(
    collection: Collection, body: JsonObject, select: tuple[str, ...], view: View, *, in_list: bool
) -> JsonObject:
    """Return the properties of an object that an answer shows, without anything that hangs below it."""
    shaped_body = copy.deepcopy(view.whole(body, collection.entity))
    names = {name.lower() for name in select}
    for name in (*(collection.list_omits if in_list else ()), *collection.only_selected):
        if name in shaped_body and name.lower() not in names:
            shaped_body[name] = None
    if select:
        return selected(shaped_body, select)
    if collection.shown_by_default and view.version == V1:
        return {
            name: value for name, value in shaped_body.items() if name in collection.shown_by_default or "@" in name
        }
    return shaped_body


def expanded_child(collection: Collection, expand: Expand, type_name: str = "") -> Child | None:
    """Return the navigation property that an $expand names; None where only another type has it. Raises 400."""
    name = expand.name.split("/")[-1]
    child = next(
        (candidate for candidate in children_of(collection, type_name) if candidate.name.lower() == name.lower()), None
    )
    if child is None and ("/" not in expand.name or not _belongs_to_a_type(expand.name)):
        raise bad_request(
            f"Parsing OData Select and Expand failed: Could not find a property named '{expand.name}' "
            f"on type 'microsoft.graph.{collection.entity}'."
        )
    return child


def _belongs_to_a_type(path: str) -> bool:
    cast, _, name = path.rpartition("/")
    info = type_table().find(cast)
    return info is not None and name in info.properties


def _expand(
    shaped_body: JsonObject, child: Child, items: list[JsonObject], expand: Expand, view: View, address: str, owner: str
) -> None:
    """Put a navigation property into an object, after the remark about where it stands."""
    shaped_body.pop(child.name, None)
    path = f"{address}/{child.name}"
    shaped_body[f"{child.name}@odata.context"] = view.context(path + ("/$entity" if child.single else ""))
    shaped_body[child.name] = shape_children(child, items, expand, view, path, item_type(owner, child))


def shape_children(
    child: Child, items: list[JsonObject], expand: Expand | Query, view: View, path: str, declared_type: str
) -> Json:
    """Return the objects of a navigation property, each with what was asked of it."""
    shaped = [shape_child(child, item, expand, view, path, declared_type) for item in items]
    if child.single:
        return shaped[0] if shaped else None
    return shaped


def shape_child(
    child: Child, item: JsonObject, expand: Expand | Query, view: View, path: str, declared_type: str
) -> JsonObject:
    """Return one object of a navigation property; what hangs below it only when it is expanded."""
    nested = {grandchild.name: grandchild for grandchild in child.children}
    full_child = view.whole({name: value for name, value in item.items() if name not in nested}, declared_type)
    shaped_child = copy.deepcopy(full_child)
    if expand.select:
        shaped_child = selected(shaped_child, expand.select)
    address = path if child.single else f"{path}('{item.get('id')}')"
    for inner in expand.expand:
        grandchild = nested.get(inner.name.split("/")[-1])
        if grandchild is None:
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{inner.name}'."
            )
        value = item.get(grandchild.name)
        below = value if isinstance(value, list) else [value] if value else []
        _expand(shaped_child, grandchild, below, inner, view, address, str(item.get("@odata.type", declared_type)))
    return shaped_child


def item_type(owner: str, child: Child) -> str:
    """Return the declared type of the objects of a navigation property, or "" when nobody knows it."""
    info = type_table().find(owner)
    return info.properties.get(child.name, "").rpartition(":")[2] if info else ""


def selected(item: JsonObject, names: tuple[str, ...]) -> JsonObject:
    """Only the selected properties; the type and, as Intune does, the id come with them."""
    property_names = {name.split("/")[-1].lower() for name in names}
    if "*" in property_names:
        return item
    return {
        name: value
        for name, value in item.items()
        if name.lower() in property_names or name in ALWAYS_SHOWN or name.partition("@")[0].lower() in property_names
    }
