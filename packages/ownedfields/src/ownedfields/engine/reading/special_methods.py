"""Special methods and the counted parts of an object: iterating, entering, unpacking, matching."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Function, Object
from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import UNKNOWN, Items, Value, join, options_of
from ownedfields.engine.reading.attributes import attribute_of
from ownedfields.engine.reading.frame import Frame


def call_method(
    frame: Frame, value: Object, names: tuple[str, ...], node: ast.AST | None, *, iterate: bool = False
) -> Value:
    """Return the value of the first of the special methods that the class has."""
    for name in names:
        match = value.info.find(name)
        if isinstance(match, Function):
            bound = Function(match.node, match.module, match.scope, match.info, value)
            result = frame.call(bound, Args(), node or match.node)
            return (
                join([option.element() if isinstance(option, Items) else option for option in options_of(result)])
                if iterate
                else result
            )
    return UNKNOWN


def field_at(frame: Frame, value: Object, number: int) -> Value:
    """`value[number]` of a named tuple."""
    names = match_names(value)
    return attribute_of(frame, value, names[number], None) if 0 <= number < len(names) else UNKNOWN


def match_names(value: Value) -> list[str]:
    """Return the attributes by which a class pattern, or a named tuple, counts its parts."""
    for option in options_of(value):
        if isinstance(option, Object):
            return [name for info in reversed(list(option.info.ancestry())) for name in info.annotations]
    return []
