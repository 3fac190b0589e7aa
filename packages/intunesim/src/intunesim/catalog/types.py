"""The types behind the collections: what derives from what, and which property is of which kind."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class TypeInfo:
    """One type of Graph, its inherited properties included."""

    name: str
    base: str | None
    abstract: bool
    properties: Mapping[str, str]
    """Kinds by property name, in the spelling that types.json explains."""


class TypeTable:
    """Every type that a simulated collection uses."""

    def __init__(self, types: Mapping[str, TypeInfo], enums: Mapping[str, frozenset[str]]) -> None:
        self._types = types
        self.enums = enums

    def find(self, name: str) -> TypeInfo | None:
        """The type of this name, with or without its namespace."""
        return self._types.get(bare(name))

    def is_of(self, name: str, base: str) -> bool:
        """Whether a type is another one or derives from it. An unknown type is only itself."""
        current: str | None = bare(name)
        while current is not None:
            if current.lower() == base.lower():
                return True
            info = self._types.get(current)
            current = info.base if info else None
        return False


def bare(name: str) -> str:
    """A type name without its number sign and namespace."""
    return name.removeprefix("#").removeprefix("microsoft.graph.")


@functools.cache
def type_table() -> TypeTable:
    """The table that ships with the package."""
    data = json.loads(resources.files("intunesim.catalog").joinpath("types.json").read_text(encoding="utf-8"))
    raw = data["types"]

    def inherited(name: str) -> dict[str, str]:
        base = raw[name].get("base")
        return {**(inherited(base) if base in raw else {}), **raw[name]["properties"]}

    types = {
        name: TypeInfo(name, entry.get("base"), bool(entry.get("abstract")), inherited(name))
        for name, entry in raw.items()
    }
    return TypeTable(types, {name: frozenset(members.split()) for name, members in data["enums"].items()})
