"""Links in payloads: `name@odata.bind` says which existing object a navigation property points to."""

import copy
import re

from intunesim.catalog import find_collection
from intunesim.errors import bad_request
from intunesim.graph.messages import Call
from intunesim.json_types import Json, JsonObject
from intunesim.state.store import kept_under

BIND = "@odata.bind"
VERSION_PREFIX = re.compile(r"^(?:https?://[^/]+)?/?(?:v1\.0|beta)?/?")
KEY = re.compile(r"\('([^']*)'\)")


def bind(call: Call, payload: JsonObject) -> JsonObject:
    """Return the payload with every link replaced by the object it points to, at any depth."""
    bound: JsonObject = {}
    for name, value in payload.items():
        if name.endswith(BIND):
            links = value if isinstance(value, list) else [value]
            targets = [_target(call, str(link)) for link in links]
            bound[name.removesuffix(BIND)] = targets if isinstance(value, list) else targets[0]
        else:
            bound[name] = _bind_value(call, value)
    return bound


def _bind_value(call: Call, value: Json) -> Json:
    if isinstance(value, dict):
        return bind(call, value)
    if isinstance(value, list):
        return [_bind_value(call, item) for item in value]
    return value


def _target(call: Call, link: str) -> JsonObject:
    segments = [part for part in KEY.sub(r"/\1", VERSION_PREFIX.sub("", link)).split("/") if part]
    location = find_collection(segments)
    if location is None or not location[1]:
        raise bad_request(f"The link '{link}' does not point to an object.", call.collection.origin)
    collection, (identifier, *below) = location
    entity = call.tenant.store.find(kept_under(collection), identifier)
    if below:
        children = entity.children.get(below[0], []) if entity else []
        found_child = (child for child in children if child.get("id") == below[-1])
        return copy.deepcopy(next(found_child, {"id": below[-1]}))
    if entity is not None:
        return copy.deepcopy(entity.body)
    if collection.key == "groupPolicyDefinition":
        # Tenants hold thousands of Microsoft's definitions, the simulator a few of them.
        return {"id": identifier}
    raise bad_request(f"The link '{link}' points to an object that does not exist.", call.collection.origin)
