"""The types behind the collections: what derives from what, which property is of which kind, and what v1.0 knows."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from intunesim.json_types import Json, JsonObject

V1 = "v1.0"
ZERO_GUID = "00000000-0000-0000-0000-000000000000"
NOT_NULL: JsonObject = {
    "s": "",
    "i": 0,
    "l": 0,
    "d": 0.0,
    "b": False,
    "t": "0001-01-01T00:00:00Z",
    "g": ZERO_GUID,
    "u": "PT0S",
    "o": "00:00:00.0000000",
}


@dataclass(frozen=True)
class TypeInfo:
    """A type of Graph, its inherited properties included."""

    name: str
    base: str | None
    abstract: bool
    in_v1: bool
    properties: Mapping[str, str]
    """Kinds by property name, in the spelling that types.json explains."""
    beta_only: frozenset[str]
    """Properties that v1.0 does not have."""
    not_null: frozenset[str]
    """Properties that always have a value."""

    def names(self, version: str) -> frozenset[str]:
        """Return the properties that a version knows."""
        names = frozenset(self.properties)
        return names - self.beta_only if version == V1 else names

    def is_navigation(self, name: str) -> bool:
        """Return True if a property leads to other objects."""
        return self.properties.get(name, "").startswith(">")


class TypeTable:
    """Every type that a simulated collection uses."""

    def __init__(self, types: Mapping[str, TypeInfo], enums: Mapping[str, tuple[str, ...]]) -> None:
        self._types = types
        self.enums = enums
        self._derived: dict[str, frozenset[str]] = {}
        self._defaults: dict[tuple[str, str], JsonObject] = {}

    def find(self, name: str) -> TypeInfo | None:
        """Return the type of this name, with or without its namespace."""
        return self._types.get(bare(name))

    def is_of(self, name: str, base: str) -> bool:
        """Return True if a type is another one or derives from it. An unknown type is only itself."""
        current: str | None = bare(name)
        while current is not None:
            if current.lower() == base.lower():
                return True
            info = self._types.get(current)
            current = info.base if info else None
        return False

    def in_version(self, name: str, version: str) -> TypeInfo | None:
        """Return a type as a version knows it: in v1.0 the nearest one above that v1.0 has; None for unknown ones."""
        info = self.find(name)
        while info is not None and version == V1 and not info.in_v1:
            info = self.find(info.base) if info.base else None
        return info

    def defaults(self, info: TypeInfo, version: str) -> JsonObject:
        """Return the properties that an object of a type shows when nothing was set, without navigation properties."""
        key = (info.name, version)
        if key not in self._defaults:
            self._defaults[key] = {
                name: self._default(info, name)
                for name in sorted(info.names(version))
                if not info.is_navigation(name) and name != "id"
            }
        return self._defaults[key]

    def _default(self, info: TypeInfo, name: str) -> Json:
        declared_type = info.properties[name]
        if declared_type.startswith("*") or (
            declared_type.startswith("f:") and info.name.startswith("conditionalAccess")
        ):
            return []  # Conditional Access writes as a list what the metadata of beta calls flags
        if name not in info.not_null:
            return None
        if declared_type[:2] in ("e:", "f:"):
            return next(iter(self.enums.get(declared_type[2:], ())), None)
        return NOT_NULL.get(declared_type)

    def property_owners(self, base: str, name: str, version: str) -> bool:
        """Return True if a type or one that derives from it declares a property."""
        lower_name = name.lower()
        return any(
            lower_name in (property_name.lower() for property_name in info.names(version))
            for info in self._types.values()
            if self.is_of(info.name, base)
        )


def bare(name: str) -> str:
    """Return a type name without its number sign and namespace."""
    return name.removeprefix("#").removeprefix("microsoft.graph.")


@functools.cache
def type_table() -> TypeTable:
    """Return the table that ships with the package."""
    data = json.loads(resources.files("intunesim.catalog").joinpath("types.json").read_text(encoding="utf-8"))
    raw = data["types"]
    beta_types = frozenset(data["beta_types"].split())

    def inherited(name: str) -> dict[str, str]:
        base = raw[name].get("base")
        return {**(inherited(base) if base in raw else {}), **raw[name]["properties"]}

    def marked(name: str, mark: str) -> frozenset[str]:
        base = raw[name].get("base")
        own = frozenset(data[mark].get(name, "").split())
        return own | (marked(base, mark) if base in raw else frozenset())

    types = {
        name: TypeInfo(
            name,
            entry.get("base"),
            bool(entry.get("abstract")),
            name not in beta_types,
            inherited(name),
            marked(name, "beta_properties"),
            marked(name, "not_null"),
        )
        for name, entry in raw.items()
    }
    return TypeTable(types, {name: tuple(members.split()) for name, members in data["enums"].items()})
