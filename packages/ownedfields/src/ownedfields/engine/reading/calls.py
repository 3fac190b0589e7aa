"""Evaluate calls, by the type of the value that is called."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import (
    Class,
    ClassInfo,
    FieldOf,
    ForeignRows,
    Function,
    Instance,
    ModelClass,
    ModelMeta,
    Object,
    Rows,
)
from ownedfields.engine.data.uses import Args, Carrier, Getter, MethodCaller, Partial, Returns, TypeHint
from ownedfields.engine.data.values import (
    UNKNOWN,
    Bound,
    Items,
    Namespace,
    Other,
    Table,
    Text,
    Unknown,
    Value,
    VarsOf,
    join,
    plain,
    texts_of,
)
from ownedfields.engine.judging import evidence
from ownedfields.engine.libraries import containers, orm, orm_names
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.attributes import attribute_of
from ownedfields.engine.reading.frame import Frame, calls
from ownedfields.engine.reading.naming import like_its_name


@calls(Bound)
def call_bound(frame: Frame, callee: Bound, args: Args, node: ast.AST) -> Value:
    """Return a method of something."""
    receiver = plain(callee.receiver)
    if callee.name == "__call__":
        return frame.call(receiver, args, node)
    if callee.name in ("get_model", "get_registered_model") and isinstance(
        receiver, Unknown | Other | Table | Namespace
    ):
        return orm.model_of(frame, args, node) or UNKNOWN
    if isinstance(receiver, Instance | ModelClass):
        return orm.instance_method(frame, receiver, callee.name, args, node)
    if isinstance(receiver, Rows):
        return orm.rows_method(frame, receiver, callee.name, args, node)
    if isinstance(receiver, ForeignRows):
        return orm.foreign_rows_method(receiver, callee.name)
    if isinstance(receiver, Carrier):
        return orm.carrier_method(frame, receiver, callee.name, args, node)
    if isinstance(receiver, ModelMeta):
        return _meta_method(receiver, callee.name, args)
    if isinstance(receiver, FieldOf):
        return _field_method(frame, receiver, callee.name, args, node)
    if isinstance(receiver, Items | Table | Text | VarsOf):
        return containers.method(frame, receiver, callee.name, args, node)
    if isinstance(receiver, Object):
        return structure.fields_of(frame, receiver) if callee.name in ("_asdict", "model_dump", "asdict") else UNKNOWN
    if isinstance(receiver, Unknown):
        return _unknown_method(frame, receiver, callee.name, args, node)
    return UNKNOWN


def _meta_method(receiver: ModelMeta, name: str, args: Args) -> Value:
    if name == "get_field":
        names = texts_of(args.get(0, "field_name"))
        return (
            join([FieldOf(receiver.model, item) for item in sorted(names)]) if names else FieldOf(receiver.model, "*")
        )
    if name == "get_fields":
        return Items([FieldOf(receiver.model, "*")])
    return Other(name)


def _field_method(frame: Frame, receiver: FieldOf, name: str, args: Args, node: ast.AST) -> Value:
    if name in ("__set__", "save_form_data", "__delete__", "contribute_to_class"):
        for owned in evidence.instances(frame, args.get(0, "instance") or UNKNOWN, node):
            frame.write(
                "OPR114", owned.model, [receiver.name], node, how=f"the field's {name}()", evidence=[owned.evidence]
            )
    return Other(name)


def _unknown_method(frame: Frame, receiver: Unknown, name: str, args: Args, node: ast.AST) -> Value:
    project = frame.project
    if (model := project.hints.single(receiver.hint)) is not None and name in orm_names.INSTANCE_WRITES:
        evidence = frame.evidence(node, f"`{receiver.hint}` is named like one")
        return orm.instance_method(frame, Instance(model, evidence), name, args, node)
    if (model := project.hints.plural(receiver.hint)) is not None:
        evidence = frame.evidence(node, f"`{receiver.hint}` is named like several")
        if name in orm_names.ROWS_WRITES or name in ("filter", "exclude", "all", "first", "get", "select_for_update"):
            return orm.rows_method(frame, Rows(model, evidence), name, args, node)
        return UNKNOWN
    return orm.foreign_method(frame, receiver, name, args, node)


@calls(Unknown)
def call_unknown(frame: Frame, callee: Unknown, args: Args, node: ast.AST) -> Value:
    """Return a function nobody knows: its name may say what it hands back."""
    if callee.hint in orm_names.GETS_OBJECT:
        return orm.first_rows(frame, args, node)
    if callee.hint == "get_model" and (result := orm.model_of(frame, args, node)) is not None:
        return result
    return Unknown(like_its_name(frame, callee.hint))


@calls(Class)
def call_class(frame: Frame, callee: Class, args: Args, node: ast.AST) -> Value:
    """Return an object of a readable class, `__init__` read with these arguments."""
    info = callee.info
    if info.is_rows_of is not None:
        return Rows(info.is_rows_of, frame.evidence(node))
    if info.works_on is not None:
        if "Factory" in info.name or any("Factory" in path for path in info.foreign_bases()):
            return orm.factory_call(frame, Carrier(info.works_on, info), "create", args, node)
        return _carrier_object(frame, info, args)
    result = Object(info)
    init = info.find("__init__")
    if isinstance(init, Function):
        frame.call(Function(init.node, init.module, init.scope, init.info, result), args, node)
    else:
        for number, name in enumerate(
            name for ancestor in reversed(list(info.ancestry())) for name in ancestor.annotations
        ):
            value = args.get(number, name)
            if value is not None:
                result.attrs[name] = value
    result.attrs = {name: value for name, value in result.attrs.items() if not isinstance(value, Unknown)}
    return result


def _carrier_object(frame: Frame, info: ClassInfo, args: Args) -> Value:
    result = Object(info)
    value = args.get(0, "instance")
    if isinstance(value, Instance):
        result.attrs["instance"] = value
    return result


@calls(Object)
def call_object(frame: Frame, callee: Object, args: Args, node: ast.AST) -> Value:
    """Return an object with `__call__`."""
    result = callee.info.find("__call__")
    if isinstance(result, Function):
        return frame.call(Function(result.node, result.module, result.scope, result.info, callee), args, node)
    return UNKNOWN


@calls(ModelClass)
def call_model(frame: Frame, callee: ModelClass, args: Args, node: ast.AST) -> Value:
    """Return a constructor."""
    return orm.construct(frame, callee, args, node)


@calls(Carrier)
def call_carrier(frame: Frame, callee: Carrier, args: Args, node: ast.AST) -> Value:
    """Return a factory that is called."""
    return orm.factory_call(frame, callee, "create", args, node)


@calls(Partial)
def call_partial(frame: Frame, callee: Partial, args: Args, node: ast.AST) -> Value:
    """Return the arguments given before, then those given now."""
    return frame.call(callee.callee, combined(callee.args, args), node)


def combined(first: Args, then: Args) -> Args:
    """Arguments given in two steps."""
    return Args(
        [*first.positional, *then.positional],
        {**first.keywords, **then.keywords},
        first.loose or then.loose,
        first.starred or then.starred,
    )


@calls(MethodCaller)
def call_methodcaller(frame: Frame, callee: MethodCaller, args: Args, node: ast.AST) -> Value:
    """`methodcaller(name, ...)(receiver)`."""
    results = []
    for name in sorted(texts_of(callee.name)):
        for receiver in args.positional[:1]:
            method = attribute_of(frame, receiver, name, node)
            results.append(frame.call(method, callee.args, node))
    return join(results)


@calls(Returns)
def call_promised(frame: Frame, callee: Returns, args: Args, node: ast.AST) -> Value:
    """Return a callable of which only the result is known."""
    return callee.value


@calls(Getter)
def call_getter(frame: Frame, callee: Getter, args: Args, node: ast.AST) -> Value:
    """`attrgetter(path)(receiver)`."""
    value = args.positional[0] if args.positional else UNKNOWN
    for name in callee.path.split("."):
        value = attribute_of(frame, value, name, node)
    return value


@calls(TypeHint)
def call_type_hint(frame: Frame, callee: TypeHint, args: Args, node: ast.AST) -> Value:
    """Return a NewType or a subscripted generic that is called."""
    if args.positional and not isinstance(args.positional[0], Unknown):
        return args.positional[0]
    return callee.value.copy() if isinstance(callee.value, Table) else callee.value


@calls(Other)
def call_other(frame: Frame, callee: Other, args: Args, node: ast.AST) -> Value:
    """Nothing of ours."""
    return Other("a result")
