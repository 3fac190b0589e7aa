"""Things of the standard library and Django that hold a value and hand it out later."""

from __future__ import annotations

import ast
import re

from ownedfields.engine.data.declarations import Function
from ownedfields.engine.data.uses import Args, MethodCaller, Partial, Returns
from ownedfields.engine.data.values import UNKNOWN, Items, Text, Value, options_of, text
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.frame import Frame

PLACE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def reference(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`weakref.ref(row)`: called, it hands the row back."""
    return Returns(args.positional[0]) if args.positional else UNKNOWN


def lazy(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`SimpleLazyObject(load)` behaves as what `load()` hands back."""
    return frame.call(args.positional[0], Args(), node) if args.positional else UNKNOWN


def variable(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`ContextVar(name, default=…)`, and queues: what is set or put is what is got."""
    default = args.keywords.get("default")
    return Items([default] if default is not None else [])


def submitted(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`pool.submit(load, pk)`: a future of what `load(pk)` hands back."""
    rest = Args(args.positional[1:], args.keywords, args.loose, args.starred)
    return Items([frame.call(args.positional[0], rest, node)])


def flattened(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`chain.from_iterable(several)`."""
    several = structure.element_of(frame, args.positional[0]) if args.positional else UNKNOWN
    return Items([structure.element_of(frame, several)])


def item_getter(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`itemgetter(key)`; of several keys, the first."""
    return MethodCaller(text("__getitem__"), Args(args.positional[:1]))


def partial_method(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`partialmethod(method, …)` in a class: whoever calls it calls the method so."""
    if not args.positional:
        return UNKNOWN
    rest = Args(args.positional[1:], args.keywords, args.loose, args.starred)
    for option in options_of(args.positional[0]):
        if isinstance(option, Function) and option.info is not None:
            frame.call(option, rest, node)
    return Partial(args.positional[0], rest)


def template(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`string.Template("… $name")`, as text with `{name}` in it."""
    for option in options_of(args.positional[0]) if args.positional else ():
        if isinstance(option, Text):
            return Text(frozenset(PLACE.sub(r"{\1\2}", item) for item in option.options))
    return UNKNOWN
