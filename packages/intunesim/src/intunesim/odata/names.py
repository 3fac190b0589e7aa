"""The names of properties in query options: known to the type in this version, or refused.

Source: https://learn.microsoft.com/graph/query-parameters
"""

from collections.abc import Callable
from typing import TypeAlias

from intunesim.catalog.types import bare, type_table
from intunesim.errors import bad_request
from intunesim.odata.query import Query

Resolve: TypeAlias = Callable[[str], str]
IN_SELECT = "Parsing OData Select and Expand failed: "


def resolver(entity: str, version: str, *, prefix: str = "") -> Resolve:
    """Return a function that brings a path into its declared spelling. It raises 400 for a property that is none."""

    def resolve(path: str) -> str:
        current: str | None = entity
        spelled: list[str] = []
        for segment in path.split("/"):
            name, current = _step(segment, current, version, prefix)
            spelled.append(name)
        return "/".join(spelled)

    return resolve


def check_names(query: Query, entity: str, version: str) -> None:
    """Raises 400 when $select or $orderby names a property that the type does not have."""
    resolve = resolver(entity, version, prefix=IN_SELECT)
    for name in query.select:
        if name != "*":
            resolve(name)
    ordering = resolver(entity, version)
    for part in query.orderby.split(","):
        if part.strip():
            ordering(part.split()[0])


def _step(segment: str, current: str | None, version: str, prefix: str) -> tuple[str, str | None]:
    """Return the declared spelling of one segment, and the type that it leads to; None when nobody knows it."""
    if segment.startswith("microsoft.graph."):
        return segment, bare(segment)
    info = type_table().in_version(current, version) if current else None
    if info is None or segment.startswith(("$", "@")) or segment.lower() == "id":
        return segment, None
    name = next(
        (property_name for property_name in info.names(version) if property_name.lower() == segment.lower()), None
    )
    if name is None:
        text = f"Could not find a property named '{segment}' on type 'microsoft.graph.{info.name}'."
        error = bad_request(f"{prefix}{text}")
        error.unknown = f"property {segment}"
        raise error
    declared_type = info.properties[name]
    return name, declared_type.rpartition(":")[2] if "c:" in declared_type else None
