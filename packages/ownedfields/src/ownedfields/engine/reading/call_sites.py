"""Call expressions: their arguments, and callables that are handed on with what they will be called with."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Class, Function, Instance, ModelClass, Rows
from ownedfields.engine.data.uses import Args, MethodCaller, Partial
from ownedfields.engine.data.values import Bound, Items, Symbol, Table, Text, Union, Value, options_of
from ownedfields.engine.libraries import orm, orm_names, wrappers
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.frame import Frame, expression
from ownedfields.engine.reading.statements import entered

# Calls whose strings are read by people or compared, never executed.
ONLY_TALK = frozenset(
    (
        "debug info warning warn error exception critical log print startswith endswith find index count "
        "match search fullmatch findall finditer sub subn compile split assertIn assertNotIn assertEqual "
        "assertNotEqual assertRegex assertContains assertNotContains assertRaisesMessage assertRaisesRegex "
        "raises warns add_argument write fail skip capitalize deprecated isinstance assertTrue assertFalse "
        "mark skipif"
    ).split()
)


@expression(ast.Call)
def call(frame: Frame, node: ast.Call) -> Value:
    """Evaluate the callee and the arguments, then see what the call does."""
    name = _name_of(node.func)
    if name == "super" and isinstance(node.func, ast.Name):
        return orm.parent(frame, node)
    callee = frame.eval(node.func)
    talk = name in ONLY_TALK
    frame.quiet += talk
    args = arguments(frame, node)
    frame.quiet -= talk
    frame.project.meetings.note_call(frame, callee, args, node, name)
    if args.positional or args.keywords:
        _note_handed_on(frame, callee, args, node)
    if name in ("enter_context", "enter_async_context") and args.positional:
        return entered(frame, args.positional[0], node)
    if name == "submit" and args.positional and _may_be_called(args.positional[0]):
        return wrappers.submitted(frame, args, node)
    return frame.call(callee, args, node)


HANDED_ON = frozenset((Bound, Partial, Function, MethodCaller, Symbol))


def _may_be_called(value: Value) -> bool:
    return any(isinstance(option, Bound | Function | Partial | MethodCaller) for option in options_of(value))


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def arguments(frame: Frame, node: ast.Call) -> Args:
    """Return the arguments of a call, splats unfolded as far as they are known."""
    args = Args()
    for arg in node.args:
        if type(arg) is ast.Starred:
            _spread(frame, args, frame.eval(arg.value))
        else:
            args.positional.append(frame.eval(arg))
    for keyword in node.keywords:
        value = frame.eval(keyword.value)
        if keyword.arg is not None:
            args.keywords[keyword.arg] = value
            continue
        table = structure.as_table(frame, value)
        args.keywords.update(table.keys)
        args.loose = args.loose or table.open or bool(table.rest)
    return args


def _spread(frame: Frame, args: Args, value: Value) -> None:
    for option in options_of(value):
        if isinstance(option, Items) and option.exact:
            args.positional.extend(option.elements)
            return
    args.starred = True
    if isinstance(value, Items) and value.elements:
        args.positional.append(value.element())


def _note_handed_on(frame: Frame, callee: Value, args: Args, node: ast.AST) -> None:
    """A writing method that is handed to somebody with its payload: `submit(qs.update, status="x")`."""
    for number, value in enumerate(args.positional[:3]):
        if type(value) not in HANDED_ON and type(value) is not Union:
            continue
        for option in options_of(value):
            if type(option) not in HANDED_ON:
                continue
            if isinstance(option, Symbol) and option.name not in ("setattr", "__setattr__"):
                continue
            if isinstance(callee, ModelClass | Class | Bound) and not _runs_what_it_gets(callee):
                continue
            rest = Args(args.positional[number + 1 :], dict(args.keywords))
            if isinstance(option, Function | Partial) and not _hands_rows(rest, option):
                continue
            if not isinstance(callee, Symbol) or not _only_reads(callee):
                _call_later(frame, option, rest, node)
    target = args.keywords.get("target")
    if target is not None:
        table = structure.as_table(frame, args.keywords.get("kwargs", Table()))
        handed = args.keywords.get("args")
        positional = handed.elements if isinstance(handed, Items) else []
        frame.call(target, Args(positional, dict(table.keys)), node)


def _runs_what_it_gets(callee: Value) -> bool:
    if isinstance(callee, Bound):
        return not isinstance(callee.receiver, Rows | Instance | ModelClass | Table | Text | Items)
    return False


def _only_reads(callee: Symbol) -> bool:
    return (
        callee.dotted
        in (
            "functools.partial",
            "functools.partialmethod",
            "operator.methodcaller",
            "builtins.getattr",
            "builtins.setattr",
            "builtins.isinstance",
            "builtins.issubclass",
            "builtins.map",
            "builtins.filter",
            "builtins.type",
            "builtins.hasattr",
            "builtins.sorted",
            "builtins.min",
            "builtins.max",
            "typing.cast",
            "functools.reduce",
            "unittest.mock.Mock",
            "unittest.mock.MagicMock",
        )
        or callee.name in orm_names.GETS_OBJECT | orm_names.GETS_LIST
        or callee.name.startswith(("get_", "aget_", "assert", "Mock", "create_autospec"))
    )


def _hands_rows(rest: Args, option: Value) -> bool:
    return any(isinstance(item, Instance | Rows | Items) for value in rest.positional for item in options_of(value))


def _call_later(frame: Frame, option: Value, rest: Args, node: ast.AST) -> None:
    if isinstance(option, Function):
        values = [
            structure.element_of(Frame(frame.project, frame.module, frame.scope), item)
            if isinstance(item, Rows | Items)
            else item
            for value in rest.positional
            for item in options_of(value)
        ]
        rest = Args(values, rest.keywords)
    frame.call(option, rest, node)
