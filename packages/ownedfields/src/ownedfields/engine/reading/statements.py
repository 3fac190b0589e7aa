"""Statements: what they bind, what they branch on, what they end."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Object
from ownedfields.engine.data.scopes import merged
from ownedfields.engine.data.uses import Context
from ownedfields.engine.data.values import NOTHING, UNKNOWN, Items, Other, Table, Unknown, Value, join, options_of
from ownedfields.engine.reading import definitions, targets
from ownedfields.engine.reading.annotations import annotated_value, instance_of
from ownedfields.engine.reading.frame import Frame, statement
from ownedfields.engine.reading.narrowing import narrow
from ownedfields.engine.reading.special_methods import call_method
from ownedfields.engine.reading.structure import element_of

Names = dict[str, Value]


@statement(ast.Expr)
def expression_statement(frame: Frame, node: ast.Expr) -> bool:
    """A bare expression; a lone string is a docstring."""
    if not isinstance(node.value, ast.Constant):
        frame.eval(node.value)
    return True


@statement(ast.Assign)
def assign(frame: Frame, node: ast.Assign) -> bool:
    """`a = b = value`."""
    value = frame.eval(node.value)
    for target in node.targets:
        targets.bind(frame, target, value, node.value)
    return True


@statement(ast.AnnAssign)
def annotated_assign(frame: Frame, node: ast.AnnAssign) -> bool:
    """`a: T = value`, or only `a: T`."""
    declared = annotated_value(frame, node.annotation)
    if frame.scope.block == "class" and frame.info is not None and isinstance(node.target, ast.Name):
        frame.info.annotations[node.target.id] = node.annotation
    if node.value is None:
        if isinstance(node.target, ast.Name) and frame.scope.block != "class":
            frame.scope.bind(node.target.id, declared)
        return True
    value = frame.eval(node.value)
    if isinstance(value, Unknown) or (_says_nothing(value) and not isinstance(declared, Unknown)):
        value = declared
    targets.bind(frame, node.target, value, node.value)
    return True


def _says_nothing(value: Value) -> bool:
    """Return None, or a container that is still empty."""
    if isinstance(value, Table):
        return not (value.keys or value.rest)
    return value == NOTHING or (isinstance(value, Items) and not value.elements)


@statement(ast.AugAssign)
def augmented_assign(frame: Frame, node: ast.AugAssign) -> bool:
    """`a += value`."""
    targets.augment(frame, node)
    return True


@statement(ast.Delete)
def delete(frame: Frame, node: ast.Delete) -> bool:
    """`del a, b.c`."""
    for target in node.targets:
        targets.delete(frame, target)
    return True


@statement(ast.Return)
def returns(frame: Frame, node: ast.Return) -> bool:
    """`return value`."""
    frame.returned.append(frame.eval(node.value) if node.value is not None else NOTHING)
    return False


@statement(ast.Raise)
def raises(frame: Frame, node: ast.Raise) -> bool:
    """`raise error from cause`; SQL in an error's text is only talk."""
    frame.quiet += 1
    frame.eval(node.exc)
    frame.eval(node.cause)
    frame.quiet -= 1
    return False


@statement(ast.Assert)
def asserts(frame: Frame, node: ast.Assert) -> bool:
    """`assert test` narrows what follows."""
    frame.quiet += 1
    frame.eval(node.test)
    frame.eval(node.msg)
    frame.quiet -= 1
    frame.scope.names.update(narrow(frame, node.test, holds=True))
    return not (isinstance(node.test, ast.Constant) and not node.test.value)


@statement(ast.Break)
def breaks(frame: Frame, node: ast.Break) -> bool:
    """Leaves the loop with what is known here."""
    if frame.loops:
        frame.loops[-1][0].append(dict(frame.scope.names))
    return False


@statement(ast.Continue)
def continues(frame: Frame, node: ast.Continue) -> bool:
    """Starts the loop again with what is known here."""
    if frame.loops:
        frame.loops[-1][1].append(dict(frame.scope.names))
    return False


@statement(ast.If)
def branch(frame: Frame, node: ast.If) -> bool:
    """Both branches are read, each with what its test says; what follows may come from either."""
    frame.eval(node.test)
    before = frame.scope.names
    frame.branches += 1
    ends = []
    for body, holds in ((node.body, True), (node.orelse, False)):
        frame.scope.names = {**before, **narrow(frame, node.test, holds=holds, names=before)}
        if frame.run(body):
            ends.append(frame.scope.names)
    frame.branches -= 1
    frame.scope.names = merged(ends) if ends else before
    return bool(ends)


@statement(ast.While)
def while_loop(frame: Frame, node: ast.While) -> bool:
    """`while test: ... else: ...`."""

    def enter() -> None:
        frame.eval(node.test)
        frame.scope.names.update(narrow(frame, node.test, holds=True))

    _loop(frame, node.body, node.orelse, enter)
    return True


@statement(ast.For, ast.AsyncFor)
def for_loop(frame: Frame, node: ast.For | ast.AsyncFor) -> bool:
    """`for target in items: ... else: ...`."""
    items = frame.eval(node.iter)

    def enter() -> None:
        targets.bind(frame, node.target, element_of(frame, items), node.iter)

    _loop(frame, node.body, node.orelse, enter)
    return True


def _loop(frame: Frame, body: list[ast.stmt], orelse: list[ast.stmt], enter: object) -> None:
    before = dict(frame.scope.names)
    frame.branches += 1
    breaks_at: list[Names] = []
    heads = [before]
    for _ in range(2 if len(frame.loops) < 2 else 1):
        start = merged(heads)
        if start is not before and not _carries_on(before, start):
            break
        continues_at: list[Names] = []
        frame.loops.append((breaks_at, continues_at))
        frame.scope.names = dict(start)
        enter()  # type: ignore[operator]
        if frame.run(body):
            continues_at.append(frame.scope.names)
        frame.loops.pop()
        heads = [before, *continues_at]
    frame.branches -= 1
    frame.scope.names = dict(merged(heads))
    ends = [frame.scope.names] if frame.run(orelse) else []
    frame.scope.names = merged([{**end} for end in (*ends, *breaks_at)] or [before])


def _carries_on(before: Names, after: Names) -> bool:
    """Return True if a name from before the loop stands for something else when the body starts again."""
    for name, value in before.items():
        result = after.get(name, value)
        if result is not value and result != value and not (isinstance(result, Other) and isinstance(value, Other)):
            return True
    return False


@statement(ast.Try, ast.TryStar)
def try_block(frame: Frame, node: ast.Try) -> bool:
    """Handlers may start from any point of the body."""
    before = dict(frame.scope.names)
    frame.branches += 1
    fell = frame.run(node.body)
    tried = dict(frame.scope.names)
    ends = []
    if fell and frame.run(node.orelse):
        ends.append(frame.scope.names)
    for handler in node.handlers:
        frame.scope.names = dict(merged([before, tried]))
        caught = frame.eval(handler.type) if handler.type is not None else UNKNOWN
        if handler.name:
            frame.scope.bind(handler.name, instance_of(frame, caught))
        if frame.run(handler.body):
            ends.append(frame.scope.names)
    frame.branches -= 1
    frame.scope.names = dict(merged(ends)) if ends else dict(merged([before, tried]))
    return frame.run(node.finalbody) and bool(ends)


@statement(ast.With, ast.AsyncWith)
def with_block(frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    """`with manager as target`."""
    for item in node.items:
        manager = frame.eval(item.context_expr)
        if item.optional_vars is not None:
            targets.bind(frame, item.optional_vars, entered(frame, manager, item.context_expr), item.context_expr)
    suppressing = any(_suppresses(item.context_expr) for item in node.items)
    before = dict(frame.scope.names)
    fell = frame.run(node.body)
    if suppressing and not fell:
        frame.scope.names = dict(merged([before, frame.scope.names]))
    return fell or suppressing


def _suppresses(node: ast.expr) -> bool:
    """Return True if the manager may swallow what its body raises."""
    function = node.func if isinstance(node, ast.Call) else node
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return str(name) in ("suppress", "raises", "assertRaises", "assertRaisesMessage", "warns", "subTest")


def entered(frame: Frame, manager: Value, node: ast.AST) -> Value:
    """Return the value that entering a context manager hands out."""
    results = []
    for option in options_of(manager):
        if isinstance(option, Context):
            results.append(option.value)
        elif isinstance(option, Object):
            results.append(call_method(frame, option, ("__enter__", "__aenter__"), node))
        elif isinstance(option, Items):
            results.append(option.element())
        else:
            results.append(option if not isinstance(option, Unknown) else UNKNOWN)
    return join(results)


@statement(ast.Match)
def match(frame: Frame, node: ast.Match) -> bool:
    """`match subject: case pattern: ...`."""
    subject = frame.eval(node.subject)
    before = dict(frame.scope.names)
    frame.branches += 1
    ends = []
    for case in node.cases:
        frame.scope.names = dict(before)
        bindings = targets.match_pattern(frame, case.pattern, subject)
        name = targets.dotted_name(node.subject)
        if name and bindings is not None:
            frame.scope.names[name] = bindings
        if case.guard is not None:
            frame.eval(case.guard)
            frame.scope.names.update(narrow(frame, case.guard, holds=True))
        if frame.run(case.body):
            ends.append(frame.scope.names)
    frame.branches -= 1
    frame.scope.names = dict(merged([*ends, before]))
    return True


@statement(ast.Global)
def global_names(frame: Frame, node: ast.Global) -> bool:
    """`global name`."""
    frame.scope.global_names.update(node.names)
    return True


@statement(ast.Nonlocal)
def nonlocal_names(frame: Frame, node: ast.Nonlocal) -> bool:
    """`nonlocal name`."""
    frame.scope.nonlocal_names.update(node.names)
    return True


@statement(ast.Import)
def imports(frame: Frame, node: ast.Import) -> bool:
    """`import a.b as c`."""
    definitions.bind_imports(frame, node)
    return True


@statement(ast.ImportFrom)
def imports_from(frame: Frame, node: ast.ImportFrom) -> bool:
    """`from a import b as c`."""
    definitions.bind_names(frame, node)
    return True


@statement(ast.FunctionDef, ast.AsyncFunctionDef)
def function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """`def name(...)`; its body is read later."""
    definitions.define_function(frame, node)
    return True


@statement(ast.ClassDef)
def class_statement(frame: Frame, node: ast.ClassDef) -> bool:
    """`class Name(...)`; its body is read now, its methods later."""
    definitions.define_class(frame, node)
    return True
