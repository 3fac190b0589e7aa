"""Finding the collection that a path, a type or a key speaks of."""

from intunesim.catalog import apps, configuration, directory, quiet, reference, scripts, service
from intunesim.catalog.model import Collection

COLLECTIONS: dict[str, Collection] = {
    collection.path: collection
    for module in (configuration, scripts, apps, service, directory, reference, quiet)
    for collection in module.COLLECTIONS
}
_BY_LOWER_PATH = {path.lower(): collection for path, collection in COLLECTIONS.items()}
_LONGEST = max(len(collection.segments) for collection in COLLECTIONS.values())


def all_collections() -> tuple[Collection, ...]:
    """Return every collection that is simulated, in the order of the catalog."""
    return tuple(COLLECTIONS.values())


def find_collection(segments: list[str]) -> tuple[Collection, list[str]] | None:
    """Return the collection that a path begins with, and what follows it. Case does not matter."""
    for length in range(min(_LONGEST, len(segments)), 0, -1):
        collection = _BY_LOWER_PATH.get("/".join(segments[:length]).lower())
        if collection is not None:
            return collection, segments[length:]
    return None


def of_entity_type(type_name: str) -> Collection | None:
    """Return the collection whose declared type this is, with or without its namespace."""
    bare = type_name.removeprefix("#").removeprefix("microsoft.graph.")
    return next((collection for collection in COLLECTIONS.values() if collection.entity == bare), None)
