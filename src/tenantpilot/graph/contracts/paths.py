"""Places inside a payload: "a.b" goes into an object, "a[].b" into every item of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def places(payload: Any, path: str) -> Iterator[tuple[dict[str, Any] | list[Any], str | int]]:
    """Every place that the path names and that exists, as (container, key): read, set or delete it there."""
    name, _, rest = path.partition(".")
    if not isinstance(payload, dict) or (key := name.removesuffix("[]")) not in payload:
        return
    if not name.endswith("[]"):
        yield from places(payload[key], rest) if rest else [(payload, key)]
        return
    items = payload[key]
    for index in range(len(items)) if isinstance(items, list) else ():
        yield from places(items[index], rest) if rest else [(items, index)]


def values(payload: Any, path: str) -> list[Any]:
    """What stands at the path."""
    return [container[key] for container, key in places(payload, path)]  # type: ignore[index]


def remove(payload: dict[str, Any], path: str) -> None:
    """Take away what the path names; it may not end in a list's items."""
    for container, key in list(places(payload, path)):
        if isinstance(container, dict):
            container.pop(str(key), None)


def walk(value: Any, visit: Callable[[dict[str, Any]], None]) -> None:
    """Visit every object, the outer before the inner."""
    if isinstance(value, dict):
        visit(value)
        for inner in value.values():
            walk(inner, visit)
    elif isinstance(value, list):
        for inner in value:
            walk(inner, visit)
