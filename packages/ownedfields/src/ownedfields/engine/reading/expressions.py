"""Expressions: names, literals, operators."""

from __future__ import annotations

import ast
import builtins

from ownedfields.engine.data.declarations import Function, Imported, Instance, ModelClass, Rows
from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.uses import TypeHint
from ownedfields.engine.data.values import (
    HOLE,
    NOTHING,
    UNKNOWN,
    Other,
    Symbol,
    Text,
    Union,
    Unknown,
    Value,
    join,
    options_of,
    text,
)
from ownedfields.engine.files.walking import walk
from ownedfields.engine.libraries import sql
from ownedfields.engine.reading import structure, targets
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.attributes import attribute_of
from ownedfields.engine.reading.frame import Frame, expression
from ownedfields.engine.reading.narrowing import narrow

GENERIC = frozenset({"dict", "list", "set", "frozenset", "tuple", "type", "defaultdict", "deque"})
BUILTINS = {name: Symbol(f"builtins.{name}") for name in dir(builtins)}
A_LITERAL = Other("a literal")
A_TRUTH = Other("a truth value")
A_RESULT = Other("a result")
TOUCHED = frozenset((ModelClass, Instance, Rows, Union))


@expression(ast.Name)
def name(frame: Frame, node: ast.Name) -> Value:
    """Return the value of the name here."""
    value = frame.scope.lookup(node.id)
    if value is None:
        return _unbound(frame, node)
    value_type = type(value)
    if value_type is Imported:
        value = frame.project.resolve(value)
        value_type = type(value)
    if value_type is Unknown:
        return value if value.hint else Unknown(node.id)  # type: ignore[attr-defined]
    if value_type in TOUCHED:
        if value_type is Union and UNKNOWN in value.options:  # type: ignore[attr-defined]
            value = join([*(option for option in options_of(value) if option != UNKNOWN), Unknown(node.id)])
        _touch(frame, value, node)
    return value


def _touch(frame: Frame, value: Value, node: ast.expr) -> None:
    if frame.site is not None:
        return
    for option in options_of(value):
        if isinstance(option, ModelClass | Instance | Rows):
            frame.project.effects.touch(frame, option.model, node, "it is used here")


def _unbound(frame: Frame, node: ast.Name) -> Value:
    if node.id in BUILTINS:
        return BUILTINS[node.id]
    for model in frame.project.tracked:
        if node.id == model.name or node.id in model.legacy:
            frame.project.effects.touch(frame, model, node, "its name")
            return ModelClass(model, model.info)
    return Unknown(node.id)


@expression(ast.Constant)
def constant(frame: Frame, node: ast.Constant) -> Value:
    """Return a literal; strings are kept, SQL in them is judged."""
    content = node.value
    if isinstance(content, bytes):
        content = content.decode("utf-8", "replace")
    elif not isinstance(content, str):
        return NOTHING if content is None else A_LITERAL
    value = Text(frozenset((content,)))
    if len(content) >= sql.SHORTEST:
        sql.judge(frame, value, node)
    return value


@expression(ast.JoinedStr)
def f_string(frame: Frame, node: ast.JoinedStr) -> Value:
    """Return an f-string, folded as far as its parts are known."""
    frame.quiet += 1
    parts: list[Value] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            parts.append(frame.eval(part.value) if part.format_spec is None else text(HOLE))
        else:
            parts.append(frame.eval(part))
    frame.quiet -= 1
    value = structure.concatenate(parts)
    sql.judge(frame, value, node)
    return value


@expression(ast.BinOp)
def operation(frame: Frame, node: ast.BinOp) -> Value:
    """`left operator right`; strings, lists, dicts and querysets are followed."""
    left, right = frame.eval(node.left), frame.eval(node.right)
    value = structure.combine(frame, left, right, node.op, node)
    if any(isinstance(option, Text) for option in options_of(value)):
        sql.judge(frame, value, node)
    return value


@expression(ast.BoolOp)
def boolean(frame: Frame, node: ast.BoolOp) -> Value:
    """`a and b`, `a or b`: each part is read with what the parts before it say."""
    before = frame.scope.names
    results = []
    frame.scope.names = dict(before)
    for part in node.values:
        results.append(frame.eval(part))
        frame.scope.names.update(narrow(frame, part, holds=isinstance(node.op, ast.And)))
    after, frame.scope.names = frame.scope.names, before
    for item in _bound_within(node) if frame.module.has_walrus else ():
        if item in after:
            frame.scope.bind(item, after[item])
    if isinstance(node.op, ast.Or):
        results = [item for item in results if item != NOTHING] or results
    return join(results)


def _bound_within(node: ast.expr) -> set[str]:
    return {item.target.id for item in walk(node) if isinstance(item, ast.NamedExpr)}


@expression(ast.IfExp)
def conditional(frame: Frame, node: ast.IfExp) -> Value:
    """`a if test else b`."""
    frame.eval(node.test)
    before = frame.scope.names
    results = []
    for part, holds in ((node.body, True), (node.orelse, False)):
        frame.scope.names = {**before, **narrow(frame, node.test, holds=holds)}
        results.append(frame.eval(part))
    frame.scope.names = before
    return join(results)


@expression(ast.NamedExpr)
def walrus(frame: Frame, node: ast.NamedExpr) -> Value:
    """`(name := value)`; in a comprehension it binds outside."""
    value = frame.eval(node.value)
    scope = frame.scope
    while scope.block == "comprehension" and scope.parent is not None:
        scope = scope.parent
    scope.bind(node.target.id, value)
    return value


@expression(ast.Attribute)
def attribute(frame: Frame, node: ast.Attribute) -> Value:
    """`value.name`, or what was assigned to that path before."""
    dotted = targets.dotted_name(node)
    entry = frame.scope.lookup(dotted) if dotted else None
    if entry is not None:
        frame.eval(node.value)
        return Unknown(node.attr) if entry == UNKNOWN else entry
    value = attribute_of(frame, frame.eval(node.value), node.attr, node)
    value_type = type(value)
    if value_type is Unknown and not value.hint:  # type: ignore[attr-defined]
        return Unknown(node.attr)
    if value_type in TOUCHED:
        _touch(frame, value, node)
    return value


@expression(ast.Subscript)
def item(frame: Frame, node: ast.Subscript) -> Value:
    """`value[key]`."""
    value = frame.eval(node.value)
    if isinstance(value, Symbol) and (value.name[:1].isupper() or value.name in GENERIC):
        hint = annotated_value(frame, node)
        return TypeHint(hint) if not isinstance(hint, Unknown) else value
    if isinstance(node.slice, ast.Slice):
        for part in (node.slice.lower, node.slice.upper, node.slice.step):
            frame.eval(part) if part is not None else None
        return _sliced(value, node.slice)
    if isinstance(node.slice, ast.UnaryOp | ast.Constant) and (number := _number(node.slice)) is not None:
        return structure.item_at(frame, value, number)
    return structure.subscript(frame, value, frame.eval(node.slice))


def _sliced(value: Value, part: ast.Slice) -> Value:
    """Return a part of a string whose content and bounds are known; of anything else, the thing itself."""
    if not isinstance(value, Text):
        return value
    bounds = [_number(item) if item is not None else None for item in (part.lower, part.upper, part.step)]
    values = [item for item in (part.lower, part.upper, part.step) if item is not None]
    if len(values) != sum(bound is not None for bound in bounds):
        return text(HOLE)
    return Text(frozenset(item[slice(*bounds)] for item in value.options))


def _number(node: ast.expr) -> int | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, int) else None


@expression(ast.Compare)
def comparison(frame: Frame, node: ast.Compare) -> Value:
    """Return a comparison only reads; SQL that is compared is not executed."""
    frame.quiet += 1
    for part in (node.left, *node.comparators):
        frame.eval(part)
    frame.quiet -= 1
    return A_TRUTH


@expression(ast.UnaryOp)
def unary(frame: Frame, node: ast.UnaryOp) -> Value:
    """`not a`, `-a`."""
    frame.eval(node.operand)
    return A_RESULT


@expression(ast.Await)
def awaited(frame: Frame, node: ast.Await) -> Value:
    """`await value` is the value."""
    return frame.eval(node.value)


@expression(ast.Starred)
def starred(frame: Frame, node: ast.Starred) -> Value:
    """`*value` outside a call."""
    return frame.eval(node.value)


@expression(ast.Yield)
def yields(frame: Frame, node: ast.Yield) -> Value:
    """`yield value`."""
    frame.yielded.append(frame.eval(node.value) if node.value is not None else NOTHING)
    return UNKNOWN


@expression(ast.YieldFrom)
def yields_from(frame: Frame, node: ast.YieldFrom) -> Value:
    """`yield from items`."""
    frame.yielded.append(structure.element_of(frame, frame.eval(node.value)))
    return UNKNOWN


@expression(ast.Lambda)
def anonymous(frame: Frame, node: ast.Lambda) -> Value:
    """Return a lambda: read at once for itself, and again where it is called."""
    scope = Scope("closure", frame.scope, dict(frame.scope.names)) if frame.scope.block != "module" else frame.scope
    function = Function(node, frame.module, scope, frame.info)
    if frame.site is None:
        inner = Frame(frame.project, frame.module, Scope("function", scope), info=frame.info, symbol=frame.symbol)
        inner.active = (*frame.active, node)
        for parameter in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            inner.scope.bind(parameter.arg, UNKNOWN)
        for parameter, default in zip(reversed(node.args.args), reversed(node.args.defaults), strict=False):
            inner.scope.bind(parameter.arg, frame.eval(default))
        inner.statement = frame.statement
        inner.eval(node.body)
    return function
