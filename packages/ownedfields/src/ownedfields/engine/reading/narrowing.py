"""Narrow the values of names by a test, where it holds and where it does not."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Function, Instance, ModelClass
from ownedfields.engine.data.uses import Narrowed, Returns
from ownedfields.engine.data.values import (
    NOTHING,
    Other,
    Symbol,
    Text,
    Unknown,
    Value,
    element_texts,
    join,
    options_of,
    texts_of,
)
from ownedfields.engine.reading.annotations import instance_of
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.targets import dotted_name

Names = dict[str, Value]


def narrow(frame: Frame, test: ast.expr, *, holds: bool, names: Names | None = None) -> Names:
    """Return the names that `test` says more about."""
    result = _narrow(frame, test, holds=holds, names=names)
    frame.scope.paths.update(name.partition(".")[0] for name in result if "." in name)
    return result


def _narrow(frame: Frame, test: ast.expr, *, holds: bool, names: Names | None = None) -> Names:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return narrow(frame, test.operand, holds=not holds, names=names)
    if isinstance(test, ast.BoolOp):
        return _both(frame, test, holds=holds, names=names)
    if isinstance(test, ast.NamedExpr):
        return narrow(frame, test.value, holds=holds, names=names)
    if isinstance(test, ast.Call):
        return _called(frame, test, holds=holds)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(frame, test, holds=holds)
    if isinstance(test, ast.Name | ast.Attribute) and holds:
        return _present(frame, test)
    return {}


def _both(frame: Frame, test: ast.BoolOp, *, holds: bool, names: Names | None) -> Names:
    parts = [narrow(frame, part, holds=holds, names=names) for part in test.values]
    if isinstance(test.op, ast.And) is holds:
        return {name: value for part in parts for name, value in part.items()}
    shared = set.intersection(*(set(part) for part in parts))
    return {name: join([part[name] for part in parts]) for name in shared}


def _present(frame: Frame, test: ast.Name | ast.Attribute) -> Names:
    name = dotted_name(test)
    value = frame.scope.lookup(name) if name else None
    if not name or value is None or NOTHING not in options_of(value):
        return {}
    left = [option for option in options_of(value) if option != NOTHING]
    return {name: join(left)} if left else {}


def _called(frame: Frame, test: ast.Call, *, holds: bool) -> Names:
    name = dotted_name(test.args[0]) if test.args else ""
    if not name:
        return {}
    function = frame.eval(test.func)
    if isinstance(function, Symbol) and function.dotted == "builtins.isinstance" and len(test.args) == 2:
        return _typed(frame, name, frame.eval(test.args[1]), test, holds=holds)
    if not holds or not any(_may_promise(option) for option in options_of(function)):
        return {}
    for option in options_of(frame.eval(test)):
        if isinstance(option, Narrowed):
            return {name: option.value}
    return {}


def _may_promise(function: Value) -> bool:
    """Return True if a function's annotation may be a TypeGuard."""
    return isinstance(function, Returns) or (
        isinstance(function, Function) and isinstance(getattr(function.node, "returns", None), ast.Subscript)
    )


def _typed(frame: Frame, name: str, class_value: Value, test: ast.AST, *, holds: bool) -> Names:
    entry = frame.scope.lookup(name)
    instance = instance_of(frame, class_value, test)
    if holds:
        if isinstance(instance, Unknown):
            return {}
        if entry is not None and isinstance(instance, Instance):
            same = [item for item in options_of(entry) if isinstance(item, Instance) and item.model is instance.model]
            return {name: same[0] if same else instance}
        return {name: instance}
    owned = {option.model for option in options_of(instance) if isinstance(option, Instance)}
    if not owned or entry is None:
        return {name: Other("no instance")} if owned else {}
    left = [item for item in options_of(entry) if not (isinstance(item, Instance) and item.model in owned)]
    left = [Other("no instance") if isinstance(item, Unknown) else item for item in left]
    return {name: join(left) if left else Other("no instance")}


def _compared(frame: Frame, test: ast.Compare, *, holds: bool) -> Names:
    operator, right = test.ops[0], test.comparators[0]
    positive = isinstance(operator, ast.Eq | ast.Is | ast.In) is holds
    if not isinstance(operator, ast.Eq | ast.NotEq | ast.Is | ast.IsNot | ast.In | ast.NotIn):
        return {}
    name = dotted_name(test.left)
    if not name and not isinstance(test.left, ast.Call):
        return {}
    value = frame.eval(right)
    if isinstance(value, ModelClass):
        return _type_compared(frame, test.left, value, positive=positive)
    entry = frame.scope.lookup(name) if name else None
    if isinstance(operator, ast.Is | ast.IsNot | ast.Eq | ast.NotEq) and value == NOTHING and entry is not None:
        left = [option for option in options_of(entry) if (option == NOTHING) is positive]
        return {name: join(left)} if left else {}
    if isinstance(operator, ast.In | ast.NotIn):
        return _text_in(name, entry, element_texts(value), complete=_is_complete(value), positive=positive)
    return _text_in(name, entry, texts_of(value), complete=bool(texts_of(value)), positive=positive)


def _is_complete(value: Value) -> bool:
    return bool(element_texts(value)) and not any(isinstance(option, Unknown) for option in options_of(value))


def _text_in(name: str, entry: Value | None, targets: frozenset[str], *, complete: bool, positive: bool) -> Names:
    if not name or not complete:
        return {}
    if isinstance(entry, Text):
        left = entry.options & targets if positive else entry.options - targets
        return {name: Text(left) if left else Other("no such text")}
    if positive and (entry is None or isinstance(entry, Unknown)):
        return {name: Text(targets)}
    return {}


def _type_compared(frame: Frame, left: ast.expr, model_class: ModelClass, *, positive: bool) -> Names:
    if isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "type" and left.args:
        name = dotted_name(left.args[0])
    elif isinstance(left, ast.Attribute) and left.attr == "__class__":
        name = dotted_name(left.value)
    elif isinstance(left, ast.Name) and left.id == "sender":
        name = "instance"
    else:
        return {}
    instance = Instance(model_class.model, frame.evidence(left, "compared with the model"))
    return {name: instance if positive else Other("another class")} if name else {}
