"""Evaluate annotations: the promise that they make about a value."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Class, ClassInfo, Instance, ModelClass, Object, Rows
from ownedfields.engine.data.uses import Context, Narrowed, Returns, TypeHint
from ownedfields.engine.data.values import (
    NOTHING,
    UNKNOWN,
    Items,
    Other,
    Symbol,
    Table,
    Text,
    Unknown,
    Value,
    join,
    options_of,
)
from ownedfields.engine.files.walking import walk
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


def annotated_value(frame: Frame, node: ast.expr | None) -> Value:
    """Return a value of the annotated type."""
    if node is None:
        return UNKNOWN
    if isinstance(node, ast.Constant):
        return _constant(frame, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return join([annotated_value(frame, node.left), annotated_value(frame, node.right)])
    if isinstance(node, ast.Subscript):
        return _subscript(frame, node)
    if isinstance(node, ast.Name | ast.Attribute):
        return instance_of(frame, _named(frame, node), node)
    if isinstance(node, ast.Tuple | ast.List):
        return Items([annotated_value(frame, element) for element in node.elts], exact=True)
    return UNKNOWN


def instance_of(frame: Frame, class_value: Value, node: ast.AST | None = None) -> Value:
    """Return a value whose class is `class_value`."""
    return join([_instance(frame, option, node) for option in options_of(class_value)])


def _constant(frame: Frame, node: ast.Constant) -> Value:
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
    return annotated_value(frame, parsed)


def _named(frame: Frame, node: ast.Name | ast.Attribute) -> Value:
    result = frame.eval(node)
    name = node.id if isinstance(node, ast.Name) else node.attr
    if isinstance(result, Unknown):
        model = next((tracked for tracked in frame.project.tracked if tracked.name == name), None)
        if model is not None:
            return ModelClass(model, model.info)
        return Symbol(name)
    return result


def _instance(frame: Frame, class_value: Value, node: ast.AST | None) -> Value:
    if isinstance(class_value, Symbol):
        return _of_symbol(class_value)
    if isinstance(class_value, ModelClass):
        return Instance(class_value.model, frame.evidence(node) if node is not None else None, class_value.info)
    if isinstance(class_value, Class):
        if class_value.info.is_rows_of is not None:
            return Rows(class_value.info.is_rows_of, frame.evidence(node) if node is not None else None)
        if _is_open(class_value):
            return join([Object(class_value.info), UNKNOWN])
        return Object(class_value.info)
    if isinstance(class_value, TypeHint):
        return class_value.value
    if isinstance(class_value, Items):
        return (
            join([_instance(frame, element, node) for element in class_value.elements])
            if class_value.elements
            else UNKNOWN
        )
    return class_value if class_value == NOTHING else UNKNOWN


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    name = _last_name(node.value)
    arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name in TRANSPARENT:
        return _transparent(frame, name, arguments)
    if name in ITERABLES:
        return Items([annotated_value(frame, arguments[0])])
    if name in ("tuple", "Tuple"):
        exact = not any(isinstance(argument, ast.Constant) and argument.value is ... for argument in arguments)
        return Items(
            [annotated_value(frame, argument) for argument in arguments if _is_type(argument)],
            exact=exact,
        )
    if name in MAPPINGS:
        return Table(rest=[annotated_value(frame, arguments[-1])], open=True)
    if name in ("type", "Type"):
        return _class(frame, arguments[0])
    if name in CONTEXTS:
        return Context(annotated_value(frame, arguments[0]))
    if name in GUARDS:
        return Narrowed(annotated_value(frame, arguments[0]))
    if name in ("Callable", "Coroutine"):
        result = annotated_value(frame, arguments[-1])
        return Returns(result) if name == "Callable" else result
    if name == "Literal":
        return join([frame.eval(argument) for argument in arguments])
    return _generic(frame, node, name, arguments)


def _transparent(frame: Frame, name: str, arguments: list[ast.expr]) -> Value:
    if name in ("Optional", "Union"):
        results = [annotated_value(frame, argument) for argument in arguments]
        return join([*results, NOTHING] if name == "Optional" else results)
    return annotated_value(frame, arguments[0])


def _generic(frame: Frame, node: ast.Subscript, name: str, arguments: list[ast.expr]) -> Value:
    of = annotated_value(frame, arguments[0])
    models = [option for option in options_of(of) if isinstance(option, Instance)]
    if name in ROWS or name.endswith(("QuerySet", "Manager")):
        return (
            join([Rows(argument.model, argument.evidence) for argument in models])
            if models
            else Other("rows of another model")
        )
    complete = instance_of(frame, frame.eval(node.value), node)
    if not isinstance(complete, Object):
        return UNKNOWN
    values = [annotated_value(frame, argument) for argument in arguments]
    binds = dict(zip(type_parameters(complete.info), values, strict=False))
    return Object(complete.info, binds=binds)


def _class(frame: Frame, node: ast.expr) -> Value:
    instance = annotated_value(frame, node)
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


def _of_symbol(symbol: Symbol) -> Value:
    name = symbol.name
    if name in SAYS_NOTHING or not name:
        return UNKNOWN
    if name in ("QuerySet", "Manager", "RelatedManager", "BaseManager"):
        return UNKNOWN
    if name in ITERABLES or name in ("tuple", "Tuple"):
        return Items([])
    if name in ("dict", "Dict", "Mapping", "MutableMapping"):
        return Table(open=True)
    if symbol.dotted == "builtins.str" or name == "LiteralString":
        return Text(frozenset({"\0"}))
    if symbol.dotted.startswith("builtins.") or name[:1].isupper():
        return Other(name)
    return UNKNOWN


def _is_open(class_value: Class) -> bool:
    """A protocol, a type variable or an abstract model says nothing of the class behind it."""
    names = {path.rpartition(".")[2] for path in class_value.info.foreign_bases()}
    return "Protocol" in names or class_value.info.name in SAYS_NOTHING


def _is_type(node: ast.expr) -> bool:
    return not (isinstance(node, ast.Constant) and node.value is ...)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
