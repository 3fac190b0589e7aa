"""The inputs of an operation that is asked for items by their keys."""

from dataclasses import dataclass, replace
from typing import Self

from tenantpilot.core.stored import StoredData


@dataclass(frozen=True)
class ItemKeys(StoredData):
    """The keys of the items to work on. An operation that is asked for more inherits it, and adds fields."""

    items: tuple[str, ...]

    def limited_to(self, keys: tuple[str, ...]) -> Self:
        """Return the same request for these items alone: "Retry failed items" starts it."""
        return replace(self, items=keys)
