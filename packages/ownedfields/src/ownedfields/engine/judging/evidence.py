"""Decides whether a receiver is a tracked model's row, and reports the plain ways of writing it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from ownedfields.engine.data.declarations import Instance, ModelClass, Object, Rows, Tracked
from ownedfields.engine.data.values import Unknown, Value, VarsOf, options_of, plain
from ownedfields.engine.reading.frame import Frame
from ownedfields.findings import Evidence


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
