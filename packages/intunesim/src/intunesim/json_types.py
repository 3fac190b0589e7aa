"""The shape of what travels: JSON, as Graph's clients know it."""

from typing import Any, TypeAlias

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]


def is_like(value: Json, usual: object) -> bool:
    """Return True if the value is of the kind of the usual one; a whole number may stand for another number."""
    if isinstance(usual, bool):
        return isinstance(value, bool)
    if isinstance(usual, int | float):
        number = int if isinstance(usual, int) else (int, float)
        return isinstance(value, number) and not isinstance(value, bool) and abs(value) < MOST
    kinds = (list, tuple) if isinstance(usual, tuple) else str if isinstance(usual, str) else type(usual)
    return isinstance(value, kinds)


MOST = 10**9
"""No setting is as large."""
