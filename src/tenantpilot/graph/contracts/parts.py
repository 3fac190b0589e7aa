"""Parts: what neither a list nor an object itself delivers, and takes reads of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def type_name_of(item: Mapping[str, Any]) -> str:
    """Return "iosVppApp" of "#microsoft.graph.iosVppApp"; "" for an object that names no type."""
    return str(item.get("@odata.type") or "").rpartition(".")[2]


@dataclass(frozen=True)
class Part:
    """Something of an object that neither the list nor the object itself delivers: one more read."""

    name: str
    """Its place in the payload, as an expanded property would have it."""
    path: str = ""
    """Below the object; the same as the name unless said otherwise."""
    params: Mapping[str, str] = field(default_factory=dict)
    stated_by: str = ""
    """A property of the object that states how many there are."""
    expand: str = ""
    """How a list shows it at once with each object, where lists do."""
    only_if: tuple[str, ...] = ()
    """Counts of the object: when all are 0, there is nothing to read."""
    parts: tuple[Part, ...] = ()
    """What must be read below each of its items."""
    is_single: bool = False
    """One object, which may be missing, and no list."""
    types: tuple[str, ...] = ()
    """Only objects of these @odata.types have it, at an address below their type; all when empty."""
    where: Mapping[str, Any] = field(default_factory=dict)
    """Only objects with these values have it."""

    @property
    def below(self) -> str:
        return self.path or self.name

    def is_of(self, item: Mapping[str, Any]) -> bool:
        """Return True if the object has this part."""
        if self.types and type_name_of(item) not in self.types:
            return False
        return all(item.get(name) == value for name, value in self.where.items())

    def address(self, owner: str, item: Mapping[str, Any]) -> str:
        """Return the path of the part below its owner's."""
        return f"{owner}/microsoft.graph.{type_name_of(item)}/{self.below}" if self.types else f"{owner}/{self.below}"


ASSIGNMENTS = Part("assignments", expand="assignments")
STATED_TOTAL = {"$count": "true"}
