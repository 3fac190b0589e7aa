"""Places inside a payload: "a.b" goes into an object, "a[].b" into every item of a list, "**.b" to any depth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

Place = tuple[dict[str, Any] | list[Any], str | int]
"""A container and the key in it: read, set or delete it there."""


def places(payload: Any, path: str) -> Iterator[Place]:
    """Yield every place that the path names and that exists."""
    name, _, rest = ("@odata.type", "", "") if path == "@odata.type" else path.partition(".")
    if name == "**":
        for inner in _objects(payload):
            yield from places(inner, rest)
        return
    if not isinstance(payload, dict) or (key := name.removesuffix("[]")) not in payload:
        return
    if not name.endswith("[]"):
        yield from places(payload[key], rest) if rest else [(payload, key)]
        return
    items = payload[key]
    for index in range(len(items)) if isinstance(items, list) else ():
        yield from places(items[index], rest) if rest else [(items, index)]


def values(payload: Any, path: str) -> list[Any]:
    """Return the value at the path."""
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


def texts(value: Any, path: str = "") -> Iterator[tuple[str, Place, str]]:
    """Yield every text of a payload as (path, place, text); the path writes list items as "[]"."""
    inner: Iterator[tuple[str, Place, Any]]
    if isinstance(value, dict):
        inner = (
            (f"{path}.{name}" if path else name, (value, name), inner_value) for name, inner_value in value.items()
        )
    elif isinstance(value, list):
        inner = ((f"{path}[]", (value, index), inner_value) for index, inner_value in enumerate(value))
    else:
        return
    for below, place, inner_value in inner:
        if isinstance(inner_value, str):
            yield below, place, inner_value
        else:
            yield from texts(inner_value, below)


def matches(path: str, pattern: str) -> bool:
    """Return True if a path, as `texts` writes it, is one that the pattern names."""
    return _compiled(pattern).fullmatch(path) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*\*\.", r"(?:.+\.)?"))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
