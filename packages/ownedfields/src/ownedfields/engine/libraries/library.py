"""Builtins, the standard library and Django: what calling their functions does."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Instance, ModelClass, Rows
from ownedfields.engine.data.uses import Args, Carrier, Partial, Relation
from ownedfields.engine.data.values import (
    UNKNOWN,
    Bound,
    Items,
    Namespace,
    Other,
    Symbol,
    Unknown,
    Value,
    element_texts,
    join,
    options_of,
    texts_of,
)
from ownedfields.engine.libraries import iterables, orm, orm_names, standard_library
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.attributes import attribute_of
from ownedfields.engine.reading.frame import Frame, calls
from ownedfields.engine.reading.naming import like_its_name

MAY_HOLD_ANYTHING = (
    "django.core.cache",
    "pickle",
    "queue",
    "multiprocessing",
    "asyncio",
    "concurrent",
    "weakref",
    "shelve",
)


@calls(Symbol)
def call_symbol(frame: Frame, callee: Symbol, args: Args, node: ast.AST) -> Value:
    """Return a function or class of another library."""
    short = callee.dotted.removeprefix("builtins.")
    handler = standard_library.HANDLERS.get(short)
    if handler is not None:
        return handler(frame, args, node)
    if "key" in args.keywords and args.positional:
        frame.call(args.keywords["key"], Args([structure.element_of(frame, args.positional[0])]), node)
    if callee.dotted in orm_names.SEQUENCES:
        return iterables.sequence(frame, args, node)
    if callee.dotted in orm_names.ONE_OF:
        return structure.element_of(frame, args.positional[0]) if args.positional else UNKNOWN
    if callee.dotted in orm_names.HANDS_ON:
        return standard_library.copy(args.positional[0]) if args.positional else UNKNOWN
    by_name = _by_name(frame, callee, args, node)
    if by_name is not None:
        return by_name
    return _default(frame, callee, args)


def _default(frame: Frame, callee: Symbol, args: Args) -> Value:
    if callee.name[:1].isupper():
        return Other(callee.name)
    if callee.dotted.startswith(MAY_HOLD_ANYTHING) or frame.project.is_ours(callee.dotted):
        return Unknown(like_its_name(frame, callee.name))
    return Other(callee.dotted)


def _by_name(frame: Frame, callee: Symbol, args: Args, node: ast.AST) -> Value | None:
    name = callee.name
    if name in orm_names.RELATIONS:
        related = texts_of(args.keywords.get("related_name"))
        return Relation(args.get(0, "to") or UNKNOWN, name, next(iter(related), ""))
    if name in orm_names.GETS_OBJECT:
        return orm.first_rows(frame, args, node)
    if name in orm_names.GETS_LIST:
        result = orm.first_rows(frame, args, node)
        return Items([result])
    if name == "get_model":
        return orm.model_of(frame, args, node)
    if name in ("get_for_model", "get_by_natural_key", "get_for_id"):
        return _content_type(frame, args, node)
    if name == "connect":
        orm.connect(frame, args)
    elif name == "register":
        return _register(frame, args)
    elif name in ("modelform_factory", "modelformset_factory", "inlineformset_factory"):
        return _form_factory(frame, args, node, name)
    elif name in ("model_class",):
        return UNKNOWN
    elif ".".join(callee.dotted.split(".")[-2:]) in orm_names.MAKES_ROW or name in ("Recipe", "subfactory"):
        return _made(frame, args, node)
    elif name in ("as_manager", "from_queryset"):
        return UNKNOWN
    elif _is_method_path(callee) and args.positional:
        return _unbound(frame, name, args, node)
    elif name == "quote_name" or callee.dotted.endswith("sql.Identifier") or callee.dotted.endswith("sql.SQL"):
        return args.positional[-1] if args.positional and name != "Identifier" else _identifier(args)
    elif callee.dotted.endswith("patch.dict") and args.positional:
        orm.patch_vars(frame, args, node)
    elif callee.dotted.endswith("mock.patch.object") and len(args.positional) >= 2:
        standard_library.set_attribute(frame, args, node)
    elif name == "UpdateQuery":
        models = (
            [option.model for option in options_of(args.positional[0]) if isinstance(option, ModelClass)]
            if args.positional
            else []
        )
        return Unknown(f"query of {models[0].path}") if models else None
    return None


def _content_type(frame: Frame, args: Args, node: ast.AST) -> Value:
    """`ContentType.objects.get_for_model(Model)`, of which `model_class()` leads back to the model."""
    models = [option for value in args.positional[:1] for option in options_of(value) if isinstance(option, ModelClass)]
    named = orm.model_of(frame, args, node) if not models and len(args.positional) == 2 else None
    for model in [*models, *([named] if isinstance(named, ModelClass) else [])]:
        rows = Rows(model.model, frame.evidence(node))
        back = Partial(Symbol("copy.copy"), Args([model]))
        return Namespace({"model_class": back, "get_object_for_this_type": Partial(Bound(rows, "get"), Args())})
    return UNKNOWN


def _identifier(args: Args) -> Value:
    return args.positional[-1] if args.positional else UNKNOWN


def _is_method_path(callee: Symbol) -> bool:
    owner = callee.dotted.rpartition(".")[0].rpartition(".")[2]
    return owner in ("QuerySet", "Model", "Manager", "object", "super", "BaseManager", "type", "dict", "list", "set")


def _unbound(frame: Frame, name: str, args: Args, node: ast.AST) -> Value:
    method = attribute_of(frame, args.positional[0], name, node)
    if isinstance(args.positional[0], Unknown):
        method = Bound(args.positional[0], name)
    rest = Args(args.positional[1:], args.keywords, args.loose, args.starred)
    return frame.call(method, rest, node)


def _register(frame: Frame, args: Args) -> Value:
    orm.register(frame, args)
    return UNKNOWN


def _form_factory(frame: Frame, args: Args, node: ast.AST, name: str) -> Value:
    models = [
        option.model for value in args.positional for option in options_of(value) if isinstance(option, ModelClass)
    ]
    if not models:
        return Other(name)
    model = models[-1]
    fields = args.keywords.get("fields")
    names = element_texts(fields) | (model.fields if "__all__" in texts_of(fields) else frozenset())
    frame.write("OPR112", model, names, node, how=f"{name}()", evidence=[])
    return Bound(Carrier(model), "__call__") if name == "modelform_factory" else Other(name)


def _made(frame: Frame, args: Args, node: ast.AST) -> Value | None:
    for option in options_of(args.positional[0]) if args.positional else ():
        model = option.model if isinstance(option, ModelClass) else None
        for label in texts_of(option):
            model = model or frame.project.model_named(label)
        if model is not None:
            frame.write("OPR113", model, set(args.keywords), node, how="a test-data factory", evidence=[])
            item = Instance(model, frame.evidence(node))
            return join([item, Items([item])]) if "_quantity" in args.keywords else item
    return Other("made")
