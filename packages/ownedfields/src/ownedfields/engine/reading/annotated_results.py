"""Evaluate functions by their annotation or their class, without their body."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Class, Function, Instance, ModelClass, Object, Rows
from ownedfields.engine.data.uses import Context
from ownedfields.engine.data.values import UNKNOWN, Items, Other, Text, Unknown, Value, options_of
from ownedfields.engine.files.syntax import decorator_names
from ownedfields.engine.libraries.relations import is_bound, type_scope
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.frame import Frame

CONTEXT_MAKERS = frozenset({"contextmanager", "asynccontextmanager"})
UNCHANGING = (Unknown, Other, Text, Instance, ModelClass, Rows, Class)


def promised(frame: Frame, function: Function) -> Value:
    """Return the value that the return annotation promises."""
    if isinstance(function.node, ast.Lambda) or function.node.returns is None:
        return UNKNOWN
    memo = frame.project.promises
    for_anybody = not is_bound(function.receiver)
    if for_anybody and function.node in memo:
        return memo[function.node]
    result = _read_promise(frame, function, function.node.returns)
    settled = for_anybody and function.scope.block == "module" and function.module.evaluated
    if settled and all(isinstance(option, UNCHANGING) for option in options_of(result)):
        memo[function.node] = result
    return result


def _read_promise(frame: Frame, function: Function, returns: ast.expr) -> Value:
    scope = type_scope(function.receiver, function.scope)
    inner = Frame(frame.project, function.module, scope, info=function.info)
    declared = annotated_value(inner, returns)
    if decorator_names(function.node) & CONTEXT_MAKERS:
        return Context(declared.element() if isinstance(declared, Items) else declared)
    if function.info is not None and _says_self(returns):
        return receiver_of(function, function.receiver, set())
    return declared


def receiver_of(function: Function, receiver: Value | None, names: set[str]) -> Value:
    """Return the value of a method's first parameter, where no caller says more."""
    info = function.info
    if receiver is not None:
        return receiver
    assert info is not None
    as_class = "classmethod" in names or getattr(function.node, "name", "") in ("__new__", "__init_subclass__")
    if info.model is not None:
        return ModelClass(info.model, info) if as_class else Instance(info.model, None, info)
    if info.is_rows_of is not None:
        return Rows(info.is_rows_of)
    return Class(info) if as_class else Object(info)


def _says_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and getattr(node, "id", getattr(node, "attr", "")) == "Self"
