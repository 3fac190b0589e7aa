"""Check whether a payload fits the type it claims to be of."""

import base64
import re

from intunesim.catalog import Collection
from intunesim.catalog.types import V1, TypeInfo, bare, type_table
from intunesim.errors import GraphError, Origin, bad_request
from intunesim.json_types import Json, JsonObject

EDM = {
    "s": "Edm.String",
    "i": "Edm.Int32",
    "l": "Edm.Int64",
    "b": "Edm.Boolean",
    "d": "Edm.Double",
    "t": "Edm.DateTimeOffset",
    "x": "Edm.Binary",
    "o": "Edm.TimeOfDay",
    "g": "Edm.Guid",
    "u": "Edm.Duration",
    "y": "Edm.Date",
}
DURATION = re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?([\d.]+S)?)?")
GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
WHOLE = re.compile(r"[+-]?\d+")
NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|INF|NaN)")
TEXT_PATTERNS = {"u": DURATION, "g": GUID, "t": DATETIME}


def check_type(collection: Collection, payload: JsonObject) -> str:
    """Return the concrete type of a payload for a collection. Raises 400 when it is missing or does not fit."""
    named = payload.get("@odata.type")
    if named is None:
        if collection.abstract:
            raise bad_request("Cannot create an abstract class.", collection.origin)
        return collection.entity
    return _resolve(str(named), collection.entity, collection.origin)


def check_payload(
    type_name: str, payload: JsonObject, *, version: str, origin: Origin, refuse_unknown: bool = False
) -> None:
    """Raises 400 when a property is of another kind than its type says, or is not one of this version, at any depth."""
    info = type_table().find(type_name)
    if info is not None:
        _Checker(origin, version, refuse_unknown).object(info, payload)


def _resolve(named: str, expected: str, origin: Origin) -> str:
    info = type_table().find(named)
    if info is None:
        raise bad_request(
            f"A type named '{named.removeprefix('#')}' could not be resolved by the model. "
            "When a model is available, each type name must resolve to a valid type.",
            origin,
        )
    if not type_table().is_of(info.name, expected):
        raise bad_request(
            f"A node of type '{named.removeprefix('#')}' was found, which is not assignable to the expected type "
            f"'microsoft.graph.{expected}'.",
            origin,
        )
    if info.abstract:
        raise bad_request("Cannot create an abstract class.", origin)
    return bare(named)


class _Checker:
    """Walks a payload along its types."""

    def __init__(self, origin: Origin, version: str, refuse_unknown: bool) -> None:
        self._origin = origin
        self._version = version
        self._refuse_unknown = refuse_unknown

    def object(self, info: TypeInfo, payload: JsonObject) -> None:
        for name, value in payload.items():
            if "@" in name or name.startswith("#"):
                continue
            declared_type = info.properties.get(name)
            if declared_type is None:
                self._unknown(info, name)
            elif self._version == V1 and name in info.beta_only:
                raise self._no_such_property(info, name)
            elif value is not None:
                self._value(name, declared_type.removeprefix(">"), value)

    def _unknown(self, info: TypeInfo, name: str) -> None:
        if self._refuse_unknown and name != "id":
            raise self._no_such_property(info, name)

    def _no_such_property(self, info: TypeInfo, name: str) -> GraphError:
        return self._refusal(
            f"The property '{name}' does not exist on type 'microsoft.graph.{info.name}'. Make sure to only use "
            "property names that are defined by the type."
        )

    def _value(self, name: str, declared_type: str, value: Json) -> None:
        if declared_type.startswith("*"):
            if not isinstance(value, list):
                raise self._refusal(
                    f"An unexpected node was found when reading '{name}' from the JSON reader. "
                    "A 'StartArray' node was expected."
                )
            for item in value:
                if item is None and declared_type[1:2] == "c":
                    raise self._refusal(f"A null value was found in the collection '{name}', which does not allow it.")
                self._value(name, declared_type[1:], item)
        elif declared_type.startswith("c:"):
            self._complex(name, declared_type[2:], value)
        elif declared_type[:2] in ("e:", "f:"):
            self._enum(name, declared_type, value)
        else:
            self._primitive(name, declared_type, value)

    def _complex(self, name: str, expected: str, value: Json) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            raise self._refusal(
                f"An unexpected 'PrimitiveValue' node was found when reading '{name}'. "
                "A 'StartObject' node was expected."
            )
        declared = type_table().find(expected)
        if declared is None:
            return
        named = value.get("@odata.type")
        if named is None and declared.abstract and value:
            raise self._refusal(f"Cannot create an abstract class: '{name}' needs an '@odata.type'.")
        concrete = _resolve(str(named), expected, self._origin) if named is not None else expected
        self.object(type_table().find(concrete) or declared, value)

    def _enum(self, name: str, declared_type: str, value: Json) -> None:
        members = type_table().enums.get(declared_type[2:], ())
        if declared_type.startswith("f:") and isinstance(value, list) and all(isinstance(flag, str) for flag in value):
            value = ",".join(value)  # v1.0 writes as a list what the metadata of beta calls flags
        if not isinstance(value, str):
            raise self._refusal(
                f"Cannot convert the value of '{name}' to the expected type 'microsoft.graph.{declared_type[2:]}'."
            )
        parts = [part.strip() for part in value.split(",") if part] if declared_type.startswith("f:") else [value]
        member_names = {member.lower() for member in members}
        for part in parts:
            if member_names and part.lower() not in member_names:
                raise self._refusal(f"Requested value '{part}' was not found for property '{name}'.")

    def _primitive(self, name: str, declared_type: str, value: Json) -> None:
        if not _fits(declared_type, value):
            raise self._refusal(
                f"Cannot convert the literal '{value}' to the expected type '{EDM[declared_type]}' "
                f"for property '{name}'."
            )

    def _refusal(self, message: str) -> GraphError:
        return bad_request(message, self._origin)


def _fits(declared_type: str, value: Json) -> bool:
    """Return True if a value can be read as the declared type. Graph allows numbers and truth values as text."""
    if value is None:
        return True
    if declared_type == "b":
        return isinstance(value, bool) or str(value).lower() in ("true", "false")
    if declared_type in ("i", "l"):
        return not isinstance(value, bool | float) and WHOLE.fullmatch(str(value)) is not None
    if declared_type == "d":
        return not isinstance(value, bool) and NUMBER.fullmatch(str(value)) is not None
    if not isinstance(value, str):
        return False
    if declared_type == "x":
        return _is_base64(value)
    pattern = TEXT_PATTERNS.get(declared_type)
    return pattern is None or pattern.fullmatch(value) is not None


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True
