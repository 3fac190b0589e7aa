"""Bringing an exported object into the form in which Graph itself would show it."""

import re

from intunesim.catalog.types import TypeInfo, type_table
from intunesim.json_types import Json, JsonObject

BIND = "@odata.bind"
LAST_KEY = re.compile(r"\('?([^'()]+)'?\)$|/([^/()]+)$")


def cleaned(payload: JsonObject, entity: str) -> JsonObject:
    """Return the object without full-metadata annotations, its links resolved, and every collection a list again."""
    return _object(payload, type_table().find(str(payload.get("@odata.type") or entity)) or type_table().find(entity))


def _object(payload: JsonObject, info: TypeInfo | None) -> JsonObject:
    cleaned: JsonObject = {}
    for name, value in payload.items():
        if name.endswith(BIND):
            cleaned[name.removesuffix(BIND)] = _linked(value)
        elif name == "@odata.type" or not ("@" in name or name.startswith("#")):
            cleaned[name] = _value(value, info.properties.get(name, "") if info else "")
    return cleaned


def _value(value: Json, declared_type: str) -> Json:
    declared_type = declared_type.removeprefix(">")
    if declared_type.startswith("*") and isinstance(value, dict):
        # One exporter writes a list of one element as that element.
        value = [value]
    if isinstance(value, list):
        return [_value(item, declared_type.removeprefix("*")) for item in value]
    if isinstance(value, dict):
        declared = type_table().find(
            str(value.get("@odata.type") or declared_type.removeprefix("*").removeprefix("c:"))
        )
        return _object(value, declared)
    return value


def _linked(link: Json) -> Json:
    if isinstance(link, list):
        return [_linked(linked_item) for linked_item in link]
    match = LAST_KEY.search(str(link))
    return {"id": (match.group(1) or match.group(2)) if match else str(link)}
