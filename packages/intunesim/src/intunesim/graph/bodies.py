"""Parts of a body, taken out with a refusal when they are not what they must be."""

from intunesim.catalog import Child, Collection
from intunesim.errors import Origin, bad_request
from intunesim.json_types import Json, JsonObject


def objects(
    payload: JsonObject, name: str, *, required: bool = False, origin: Origin = Origin.INTUNE
) -> list[JsonObject]:
    """Return the list of objects under a name. Raises 400; a missing one is empty unless it is required."""
    value = payload.get(name)
    if value is None and not required:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise bad_request(f"The parameter '{name}' is missing or is not a collection of objects.", origin)
    return value


def texts(payload: JsonObject, name: str, *, required: bool = False, origin: Origin = Origin.INTUNE) -> list[str]:
    """Return the list of texts under a name. Raises 400; a missing one is empty unless it is required."""
    value = payload.get(name)
    if value is None and not required:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad_request(f"The parameter '{name}' is missing or is not a collection of texts.", origin)
    return value


def check_children(collection: Collection, payload: JsonObject) -> None:
    """Raises 400 when a navigation property is not made of objects, at any depth."""
    for child in collection.children:
        _check_child(child, payload.get(child.name), collection.origin)


def _check_child(child: Child, value: Json, origin: Origin) -> None:
    if value is None:
        return
    items = [value] if child.single else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request(f"An unexpected node was found when reading '{child.name}' from the JSON reader.", origin)
    for item in items:
        if not isinstance(item.get("id", ""), str):
            raise bad_request(f"The id of an object in '{child.name}' is not a text.", origin)
        for grandchild in child.children:
            _check_child(grandchild, item.get(grandchild.name), origin)
