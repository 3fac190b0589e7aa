"""Decides whether a value can lead to a tracked model: a helper that is handed such a value is worth reading."""

from __future__ import annotations

from collections.abc import Iterable

from ownedfields.engine.data.declarations import (
    Class,
    FieldOf,
    Function,
    Imported,
    Instance,
    ModelClass,
    ModelMeta,
    Object,
    Rows,
)
from ownedfields.engine.data.uses import MethodCaller, Partial
from ownedfields.engine.data.values import (
    Bound,
    Items,
    ModuleRef,
    Other,
    Symbol,
    Table,
    Text,
    Union,
    Unknown,
    Value,
    VarsOf,
    plain,
)
from ownedfields.engine.files.tracked import Vocabulary

ALWAYS = frozenset((Instance, ModelClass, Rows, VarsOf, ModelMeta, FieldOf))
SILENT = frozenset((Other, Symbol, Class, Function, ModuleRef, Imported))
HOLDING = frozenset((Items, Table, Object, Bound, Partial, MethodCaller))
MAX_DEPTH = 3
MAX_PARTS = 30


def is_interesting(vocabulary: Vocabulary, value: Value, depth: int = 0) -> bool:
    """Return True if a helper that is handed this value is worth reading with it."""
    value_type = type(value)
    if value_type in SILENT:
        return False
    if isinstance(value, Text):
        return not value.options.isdisjoint(vocabulary.telling)
    if isinstance(value, Union):
        return any_interesting(vocabulary, value.options, depth)
    if value_type in ALWAYS:
        return True
    value = plain(value)
    if type(value) is Unknown:
        return value.hint != "" and vocabulary.hints.either(value.hint)
    return depth < MAX_DEPTH and value_type in HOLDING and _holds_interest(vocabulary, value, depth + 1)


def any_interesting(vocabulary: Vocabulary, values: Iterable[Value], depth: int = 0) -> bool:
    """Return True if one of the values is."""
    for value in values:  # noqa: SIM110 - the busiest loop of all, and a generator costs twice as much
        if type(value) not in SILENT and is_interesting(vocabulary, value, depth):
            return True
    return False


def _holds_interest(vocabulary: Vocabulary, value: Value, depth: int) -> bool:
    if isinstance(value, Items):
        return any_interesting(vocabulary, value.elements[:MAX_PARTS], depth)
    if isinstance(value, Table):
        parts = [*value.keys.values(), *value.rest][:MAX_PARTS]
        return not vocabulary.words.isdisjoint(value.keys) or any_interesting(vocabulary, parts, depth)
    if isinstance(value, Object):
        return value.info.model is not None or any_interesting(vocabulary, value.attrs.values(), depth)
    if isinstance(value, Bound):
        return is_interesting(vocabulary, value.receiver, depth)
    if isinstance(value, Partial | MethodCaller):
        return (
            not vocabulary.words.isdisjoint(value.args.keywords)
            or any_interesting(vocabulary, value.args.all(), depth)
            or (isinstance(value, Partial) and is_interesting(vocabulary, value.callee, depth))
        )
    return False
