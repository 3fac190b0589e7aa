"""The navigation properties of an object: those of its collection, and those that only its own type has."""

from intunesim.catalog.model import Child, Collection
from intunesim.catalog.types import bare, type_table

_KNOWN: dict[tuple[str, str], tuple[Child, ...]] = {}


def children_of(collection: Collection, type_name: str = "") -> tuple[Child, ...]:
    """Return the navigation properties of an object of a collection; `type_name` may say its own type."""
    key = (collection.path, bare(type_name))
    if key not in _KNOWN:
        _KNOWN[key] = (*collection.children, *_of_type(collection, key[1]))
    return _KNOWN[key]


def _of_type(collection: Collection, type_name: str) -> tuple[Child, ...]:
    info = type_table().find(type_name) or type_table().find(collection.entity)
    if info is None:
        return ()
    child_names = {child.name for child in collection.children}
    return tuple(
        Child(name, single=not declared_type.startswith(">*"))
        for name, declared_type in info.properties.items()
        if declared_type.startswith(">") and name not in child_names
    )
