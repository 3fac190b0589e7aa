"""All objects of one tenant, by collection and id."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from intunesim.catalog import Collection
from intunesim.json_types import JsonObject
from intunesim.state.entities import Entity


class Keeper(Protocol):
    """A storage that changes are written through to."""

    def put(self, area: str, identifier: str, document: JsonObject) -> None:
        """Keep a document, replacing what was there."""

    def drop(self, area: str, identifier: str) -> None:
        """Forget a document."""

    def load(self, area: str) -> Iterator[JsonObject]:
        """Yield every document of an area."""

    def areas(self) -> list[str]:
        """Return every area that has documents."""

    def at_once(self) -> AbstractContextManager[None]:
        """Write what happens inside in one go."""


class MemoryKeeper:
    """Keeps nothing: the state ends with the process."""

    def put(self, area: str, identifier: str, document: JsonObject) -> None:
        """Nothing to keep."""

    def drop(self, area: str, identifier: str) -> None:
        """Nothing to forget."""

    def load(self, area: str) -> Iterator[JsonObject]:  # noqa: ARG002
        """Nothing was kept."""
        return iter(())

    def areas(self) -> list[str]:
        """There are none."""
        return []

    def at_once(self) -> AbstractContextManager[None]:
        """Nothing is written anyway."""
        return nullcontext()


class Store:
    """Objects in the order they came, found by their id in any spelling of case."""

    def __init__(self, keeper: Keeper | None = None) -> None:
        self._keeper = keeper or MemoryKeeper()
        self._entities: dict[str, dict[str, Entity]] = {}
        self._order = 0
        for area in self._keeper.areas():
            for stored in self._keeper.load(area):
                self._remember(area, Entity.from_json(stored))

    def entities(self, path: str) -> list[Entity]:
        """Return the objects kept under a path, oldest first."""
        return list(self._entities.get(path, {}).values())

    def newest(self, path: str) -> Entity | None:
        """Return the object that was added last, or None."""
        entities_by_id = self._entities.get(path)
        return entities_by_id[next(reversed(entities_by_id))] if entities_by_id else None

    def find(self, path: str, identifier: str) -> Entity | None:
        """Return the object of this id, or None."""
        return self._entities.get(path, {}).get(identifier.lower())

    def put(self, path: str, entity: Entity) -> None:
        """Keep an object, or the change of one."""
        if not entity.order:
            self._order += 1
            entity.order = self._order
        self._remember(path, entity)
        self._keeper.put(path, entity.id, entity.as_json())

    def remove(self, path: str, identifier: str) -> Entity | None:
        """Forget an object; answers what it was."""
        removed = self._entities.get(path, {}).pop(identifier.lower(), None)
        if removed is not None:
            self._keeper.drop(path, removed.id)
        return removed

    def at_once(self) -> AbstractContextManager[None]:
        """Write many objects in one go."""
        return self._keeper.at_once()

    def count(self) -> dict[str, int]:
        """Return the number of objects at each path."""
        return {path: len(entities) for path, entities in self._entities.items() if entities}

    def is_untouched(self) -> bool:
        """Return True if the tenant holds nothing but what it was born with."""
        return all(entity.shipped for entities_by_id in self._entities.values() for entity in entities_by_id.values())

    def _remember(self, path: str, entity: Entity) -> None:
        self._entities.setdefault(path, {})[entity.id.lower()] = entity
        self._order = max(self._order, entity.order)


def kept_under(collection: Collection) -> str:
    """Return the path under which a collection's objects are kept."""
    return collection.part_of or collection.path


def shows(collection: Collection, entity: Entity) -> bool:
    """Return True if a collection that is a view on another one contains this object."""
    return not collection.part_of or entity.body.get("@odata.type") == collection.type_name
