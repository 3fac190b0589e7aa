"""Evaluate annotations: the promise that they make about a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ownedfields.engine.data.kinds import Context, Narrowed, Returns, TypeHint
from ownedfields.engine.data.values import (
    NOTHING,
    UNKNOWN,
    Class,
    Instance,
    Items,
    ModelClass,
    Object,
    Other,
    Rows,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
    join,
    options_of,
)
from ownedfields.engine.files.walking import walk

if TYPE_CHECKING:
    from ownedfields.engine.data.classes import ClassInfo
    from ownedfields.engine.reading.frame import Frame

SAYS_NOTHING = frozenset(
    ("Any object Model Protocol Generic Hashable Self ParamSpec TypeVar Never NoReturn AbstractBaseUser").split()
)
TRANSPARENT = frozenset(
    "Unpack Optional Union Annotated ClassVar Final Required NotRequired ReadOnly Awaitable".split()
)
ITERABLES = frozenset(
    (
        "list List set Set frozenset FrozenSet Sequence MutableSequence Iterable Iterator Collection "
        "Generator deque Deque AsyncIterable AsyncIterator AsyncGenerator Reversible AbstractSet MutableSet "
        "KeysView ValuesView Page Paginator ContextVar Queue SimpleQueue LifoQueue Future Task"
    ).split()
)
MAPPINGS = frozenset(
    "dict Dict Mapping MutableMapping defaultdict DefaultDict OrderedDict ChainMap WeakValueDictionary".split()
)
ROWS = frozenset(
    [
        "QuerySet",
        "Manager",
        "BaseManager",
        "RelatedManager",
        "ManyRelatedManager",
        "_QuerySet",
        "ValuesQuerySet",
        "EmptyQuerySet",
    ]
)
CONTEXTS = frozenset(["ContextManager", "AbstractContextManager", "AsyncContextManager", "AbstractAsyncContextManager"])
GUARDS = frozenset(["TypeGuard", "TypeIs"])


class Annotations:
    """Reads type expressions."""

    def value(self, frame: Frame, node: ast.expr | None) -> Value:
        """Return a value of the annotated type."""
        if node is None:
            return UNKNOWN
        if isinstance(node, ast.Constant):
            return self._constant(frame, node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return join([self.value(frame, node.left), self.value(frame, node.right)])
        if isinstance(node, ast.Subscript):
            return self._subscript(frame, node)
        if isinstance(node, ast.Name | ast.Attribute):
            return self.instance_of(frame, self._named(frame, node), node)
        if isinstance(node, ast.Tuple | ast.List):
            return Items([self.value(frame, element) for element in node.elts], exact=True)
        return UNKNOWN

    def instance_of(self, frame: Frame, kind: Value, node: ast.AST | None = None) -> Value:
        """Return a value whose class is `kind`."""
        return join([self._instance(frame, option, node) for option in options_of(kind)])

    def _constant(self, frame: Frame, node: ast.Constant) -> Value:
        if node.value is None:
            return NOTHING
        if not isinstance(node.value, str):
            return UNKNOWN
        try:
            parsed = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return UNKNOWN
        for item in walk(parsed):
            ast.copy_location(item, node)
        return self.value(frame, parsed)

    def _named(self, frame: Frame, node: ast.Name | ast.Attribute) -> Value:
        result = frame.eval(node)
        name = node.id if isinstance(node, ast.Name) else node.attr
        if isinstance(result, Unknown):
            model = next((tracked for tracked in frame.project.tracked if tracked.name == name), None)
            if model is not None:
                return ModelClass(model, model.info)
            return Symbol(name)
        return result

    def _instance(self, frame: Frame, kind: Value, node: ast.AST | None) -> Value:
        if isinstance(kind, Symbol):
            return _of_symbol(kind)
        if isinstance(kind, ModelClass):
            return Instance(kind.model, frame.evidence(node) if node is not None else None, kind.info)
        if isinstance(kind, Class):
            if kind.info.is_rows_of is not None:
                return Rows(kind.info.is_rows_of, frame.evidence(node) if node is not None else None)
            if _is_open(kind):
                return join([Object(kind.info), UNKNOWN])
            return Object(kind.info)
        if isinstance(kind, TypeHint):
            return kind.value
        if isinstance(kind, Items):
            return (
                join([self._instance(frame, element, node) for element in kind.elements]) if kind.elements else UNKNOWN
            )
        return kind if kind == NOTHING else UNKNOWN

    def _subscript(self, frame: Frame, node: ast.Subscript) -> Value:
        name = _last_name(node.value)
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name in TRANSPARENT:
            return self._transparent(frame, name, arguments)
        if name in ITERABLES:
            return Items([self.value(frame, arguments[0])])
        if name in ("tuple", "Tuple"):
            exact = not any(isinstance(argument, ast.Constant) and argument.value is ... for argument in arguments)
            return Items(
                [self.value(frame, argument) for argument in arguments if _is_type(argument)], exact=exact, kind="tuple"
            )
        if name in MAPPINGS:
            return Table(rest=[self.value(frame, arguments[-1])], open=True)
        if name in ("type", "Type"):
            return self._class(frame, arguments[0])
        if name in CONTEXTS:
            return Context(self.value(frame, arguments[0]))
        if name in GUARDS:
            return Narrowed(self.value(frame, arguments[0]))
        if name in ("Callable", "Coroutine"):
            result = self.value(frame, arguments[-1])
            return Returns(result) if name == "Callable" else result
        if name == "Literal":
            return join([frame.eval(argument) for argument in arguments])
        return self._generic(frame, node, name, arguments)

    def _transparent(self, frame: Frame, name: str, arguments: list[ast.expr]) -> Value:
        if name in ("Optional", "Union"):
            results = [self.value(frame, argument) for argument in arguments]
            return join([*results, NOTHING] if name == "Optional" else results)
        return self.value(frame, arguments[0])

    def _generic(self, frame: Frame, node: ast.Subscript, name: str, arguments: list[ast.expr]) -> Value:
        of = self.value(frame, arguments[0])
        models = [option for option in options_of(of) if isinstance(option, Instance)]
        if name in ROWS or name.endswith(("QuerySet", "Manager")):
            return (
                join([Rows(argument.model, argument.evidence) for argument in models])
                if models
                else Other("rows of another model")
            )
        complete = self.instance_of(frame, frame.eval(node.value), node)
        if not isinstance(complete, Object):
            return UNKNOWN
        values = [self.value(frame, argument) for argument in arguments]
        binds = dict(zip(type_parameters(complete.info), values, strict=False))
        return Object(complete.info, binds=binds)

    def _class(self, frame: Frame, node: ast.expr) -> Value:
        instance = self.value(frame, node)
        return join(
            [
                ModelClass(option.model, option.info, option.evidence)
                if isinstance(option, Instance)
                else Class(option.info)
                if isinstance(option, Object)
                else UNKNOWN
                for option in options_of(instance)
            ]
        )


def type_parameters(info: ClassInfo) -> list[str]:
    """Return the names of the type variables of a generic class."""
    for base in info.node.bases:
        if isinstance(base, ast.Subscript):
            arguments = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
            return [argument.id for argument in arguments if isinstance(argument, ast.Name)]
    return []


def _of_symbol(kind: Symbol) -> Value:
    name = kind.name
    if name in SAYS_NOTHING or not name:
        return UNKNOWN
    if name in ("QuerySet", "Manager", "RelatedManager", "BaseManager"):
        return UNKNOWN
    if name in ITERABLES or name in ("tuple", "Tuple"):
        return Items([])
    if name in ("dict", "Dict", "Mapping", "MutableMapping"):
        return Table(open=True)
    if kind.dotted == "builtins.str" or name == "LiteralString":
        return Text(frozenset({"\0"}))
    if kind.dotted.startswith("builtins.") or name[:1].isupper():
        return Other(name)
    return UNKNOWN


def _is_open(kind: Class) -> bool:
    """A protocol, a type variable or an abstract model says nothing of the class behind it."""
    names = {path.rpartition(".")[2] for path in kind.info.foreign_bases()}
    return "Protocol" in names or kind.info.name in SAYS_NOTHING


def _is_type(node: ast.expr) -> bool:
    return not (isinstance(node, ast.Constant) and node.value is ...)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
