"""Decides whether a receiver is a tracked model's row, and reports the plain ways of writing it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ownedfields.engine.data.kinds import MethodCaller, Partial
from ownedfields.engine.data.values import (
    Bound,
    Class,
    FieldOf,
    Function,
    Imported,
    Instance,
    Items,
    ModelClass,
    ModelMeta,
    ModuleRef,
    Object,
    Other,
    Rows,
    Symbol,
    Table,
    Text,
    Union,
    Unknown,
    Value,
    VarsOf,
    options_of,
    plain,
)
from ownedfields.engine.files.tracked import Tracked
from ownedfields.findings import Evidence

ALWAYS = frozenset((Instance, ModelClass, Rows, VarsOf, ModelMeta, FieldOf))
SILENT = frozenset((Other, Symbol, Class, Function, ModuleRef, Imported))
HOLDING = frozenset((Items, Table, Object, Bound, Partial, MethodCaller))
MAX_DEPTH = 3
MAX_PARTS = 30

if TYPE_CHECKING:
    from ownedfields.engine.reading.frame import Frame


class Owned(NamedTuple):
    """A tracked model, and why the value is taken for one of its rows."""

    model: Tracked
    evidence: Evidence | None


def instances(frame: Frame, value: Value, node: ast.AST, *, classes: bool = True) -> list[Owned]:
    """Return the tracked models of which the value may be a row (or the class itself)."""
    results: dict[Tracked, Owned] = {}
    for option in map(plain, options_of(value)):
        if isinstance(option, Instance) or (classes and isinstance(option, ModelClass)):
            results.setdefault(option.model, Owned(option.model, option.evidence))
        elif isinstance(option, Unknown) and (model := frame.project.hints.single(option.hint)) is not None:
            results.setdefault(model, Owned(model, frame.evidence(node, f"`{option.hint}` is named like one")))
        elif isinstance(option, Object) and option.info.model is not None:
            results.setdefault(option.info.model, Owned(option.info.model, None))
    return list(results.values())


def rows(frame: Frame, value: Value, node: ast.AST) -> list[Owned]:
    """Return the tracked models of which the value may be a manager or queryset."""
    results: dict[Tracked, Owned] = {}
    for option in map(plain, options_of(value)):
        if isinstance(option, Rows):
            results.setdefault(option.model, Owned(option.model, option.evidence))
        elif isinstance(option, Unknown) and (model := frame.project.hints.plural(option.hint)) is not None:
            results.setdefault(model, Owned(model, frame.evidence(node, f"`{option.hint}` is named like several")))
    return list(results.values())


def attribute_written(
    frame: Frame, receiver: Value, target: ast.Attribute, *, rule: str = "OPR101", how: str = "assignment"
) -> None:
    """Report `receiver.field = ...` where the receiver is a row."""
    for owned in instances(frame, receiver, target.value):
        if owned.model.field_of(target.attr) is not None:
            frame.write(rule, owned.model, [target.attr], target, how=how, evidence=[owned.evidence])


def vars_written(frame: Frame, receiver: VarsOf, names: Iterable[str], node: ast.AST) -> None:
    """Report a write through `__dict__`."""
    for owned in instances(frame, receiver.instance, node):
        frame.write("OPR104", owned.model, names, node, how="the instance's __dict__", evidence=[owned.evidence])


def is_interesting(frame: Frame, value: Value, depth: int = 0) -> bool:
    """Return True if a helper that is handed this value is worth reading with it."""
    kind = type(value)
    if kind in SILENT:
        return False
    if isinstance(value, Text):
        return not value.options.isdisjoint(frame.project.telling)
    if isinstance(value, Union):
        return any_interesting(frame, value.options, depth)
    if kind in ALWAYS:
        return True
    value = plain(value)
    if type(value) is Unknown:
        return value.hint != "" and frame.project.hints.either(value.hint)
    return depth < MAX_DEPTH and kind in HOLDING and _holds_interest(frame, value, depth + 1)


def any_interesting(frame: Frame, values: Iterable[Value], depth: int = 0) -> bool:
    """Return True if one of the values is."""
    for value in values:  # noqa: SIM110 - the busiest loop of all, and a generator costs twice as much
        if type(value) not in SILENT and is_interesting(frame, value, depth):
            return True
    return False


def _holds_interest(frame: Frame, value: Value, depth: int) -> bool:
    if isinstance(value, Items):
        return any_interesting(frame, value.elements[:MAX_PARTS], depth)
    if isinstance(value, Table):
        parts = [*value.keys.values(), *value.rest][:MAX_PARTS]
        return not frame.project.words.isdisjoint(value.keys) or any_interesting(frame, parts, depth)
    if isinstance(value, Object):
        return value.info.model is not None or any_interesting(frame, value.attrs.values(), depth)
    if isinstance(value, Bound):
        return is_interesting(frame, value.receiver, depth)
    if isinstance(value, Partial | MethodCaller):
        return (
            not frame.project.words.isdisjoint(value.args.keywords)
            or any_interesting(frame, value.args.all(), depth)
            or (isinstance(value, Partial) and is_interesting(frame, value.callee, depth))
        )
    return False
