"""`value.name`: what an attribute leads to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ownedfields.engine.data.declarations import (
    Class,
    ClassInfo,
    FieldOf,
    ForeignRows,
    Function,
    Imported,
    Instance,
    ModelClass,
    ModelMeta,
    Object,
    Rows,
)
from ownedfields.engine.data.uses import Args, Carrier, Parent, Relation
from ownedfields.engine.data.values import (
    NOTHING,
    UNKNOWN,
    Bound,
    Items,
    ModuleRef,
    Namespace,
    Other,
    Symbol,
    Table,
    Text,
    Union,
    Unknown,
    Value,
    VarsOf,
    join,
    options_of,
    plain,
    text,
)
from ownedfields.engine.files.syntax import decorator_names
from ownedfields.engine.libraries import orm_names
from ownedfields.engine.libraries.relations import is_key, of_relation, other_side, type_scope
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.lookups import self_attribute

VIEW_NAMES = orm_names.CARRIER_GIVES_INSTANCE | orm_names.CARRIED_INSTANCES | {"filter_queryset", "object_list"}


def attribute_of(frame: Frame, value: Value, name: str, node: ast.AST | None) -> Value:
    """Return the value that `value.name` may have."""
    if type(value) is not Union:
        return _one(frame, plain(value), name, node)
    return join([_one(frame, plain(option), name, node) for option in value.options])


def _one(frame: Frame, value: Value, name: str, node: ast.AST | None) -> Value:
    reader = READERS.get(type(value))
    return reader(frame, value, name, node) if reader is not None else Bound(value, name)


def _of_import(frame: Frame, value: Imported, name: str, node: ast.AST | None) -> Value:
    return attribute_of(frame, frame.project.resolve(value), name, node)


def _of_module(frame: Frame, value: ModuleRef, name: str, node: ast.AST | None) -> Value:
    return frame.project.submodule(frame.module, value.dotted, name)


def _of_namespace(frame: Frame, value: Namespace, name: str, node: ast.AST | None) -> Value:
    return value.attrs.get(name, Unknown(name))


def _of_field(frame: Frame, value: FieldOf, name: str, node: ast.AST | None) -> Value:
    if name in ("name", "attname", "column") and value.name != "*":
        return text(value.name)
    return value if name == "field" else Bound(value, name)


def _of_text(frame: Frame, value: Text, name: str, node: ast.AST | None) -> Value:
    return value if name == "value" else Bound(value, name)


def _of_other(frame: Frame, value: Other, name: str, node: ast.AST | None) -> Value:
    target = _reached(frame, name, node)
    if target is not None:
        return target
    return Unknown(name) if value.label != "item" and frame.project.hints.single(name) else Other(name)


def _reached(frame: Frame, name: str, node: ast.AST | None) -> Value | None:
    model = frame.project.related(name)
    if model is None:
        return None
    return Rows(model, frame.evidence(node, f"`{name}` is its related manager") if node is not None else None)


def _of_unknown(frame: Frame, value: Unknown, name: str, node: ast.AST | None) -> Value:
    if (rows := _reached(frame, name, node)) is not None:
        return rows
    if name == "__dict__":
        return VarsOf(value)
    if name in frame.project.reverse_names:
        return Instance(frame.project.reverse_names[name])
    if value.hint and frame.project.hints.single(value.hint) and name not in orm_names.INSTANCE_WRITES:
        return _of_hinted(frame, value, name, node)
    return Bound(value, name)


def _of_hinted(frame: Frame, value: Unknown, name: str, node: ast.AST | None) -> Value:
    model = frame.project.hints.single(value.hint)
    assert model is not None
    frame.project.effects.touch(frame, model, node, f"`{value.hint}` is named like one")
    if name in ("__class__", "_meta", "_state"):
        return _of_instance(frame, Instance(model), name, node)
    entry = _declared(frame, model.info, name, node, model)
    return entry if entry is not None else Bound(value, name)


def _of_symbol(frame: Frame, value: Symbol, name: str, node: ast.AST | None) -> Value:
    if name in frame.project.related_names and value.name[:1].islower():
        return _reached(frame, name, node) or UNKNOWN
    if name == "__dict__":
        return Table(open=True)
    return Symbol(f"{value.dotted}.{name}")


def _of_model(frame: Frame, value: ModelClass, name: str, node: ast.AST | None) -> Value:
    model = value.model
    if name in orm_names.MANAGERS or name in model.managers or name.endswith("objects"):
        return Rows(model, value.evidence or (frame.evidence(node) if node is not None else None))
    if name == "_meta":
        return ModelMeta(model)
    if name in model.fields:
        return FieldOf(model, name)
    if name == "__dict__":
        return Table({field: FieldOf(model, field) for field in model.fields}, open=True)
    if name in orm_names.INSTANCE_WRITES or name in ("from_db", "__new__", "__init__"):
        return Bound(value, name)
    info = value.info or model.info
    result = info.find(name) if info is not None else None
    if isinstance(result, Function):
        return _method(frame, result, Instance(model, value.evidence, value.info), value)
    if result is not None and not isinstance(result, Unknown):
        return result
    return Other(name) if name[:1].isupper() or name == "DoesNotExist" else Bound(value, name)


def _method(frame: Frame, function: Function, instance: Value, klass: Value | None) -> Value:
    names = decorator_names(function.node)
    if "staticmethod" in names:
        return function
    receiver = klass if "classmethod" in names else (instance if klass is None else None)
    bound = Function(function.node, function.module, function.scope, function.info, receiver)
    if names & {"property", "cached_property"} and klass is None:
        return frame.call(bound, Args(), function.node)
    return bound


def _of_instance(frame: Frame, value: Instance, name: str, node: ast.AST | None) -> Value:
    model = value.model
    if name == "__dict__":
        return VarsOf(value)
    if name == "__class__":
        return ModelClass(model, value.info, value.evidence)
    if name == "_meta":
        return ModelMeta(model)
    if name in orm_names.INSTANCE_WRITES:
        return Bound(value, name)
    result = _declared(frame, value.info or model.info, name, node, model, value)
    if result is not None:
        return result
    if name in model.reverse:
        info, field_class = model.reverse[name]
        return other_side(frame, info, field_class, node)
    target = _reached(frame, name, node)
    return target if target is not None else Bound(value, name)


def _declared(
    frame: Frame,
    info: ClassInfo | None,
    name: str,
    node: ast.AST | None,
    model: object,
    value: Value | None = None,
) -> Value | None:
    if info is None:
        return None
    result = info.find(name)
    if isinstance(result, Relation):
        return of_relation(frame, result, info, node)
    if isinstance(result, Function):
        return _method(frame, result, value, None) if value is not None else None
    return Other("a field's value") if result is not None or is_key(info, name) else None


def _of_rows(frame: Frame, value: Rows, name: str, node: ast.AST | None) -> Value:
    if name == "model":
        return ModelClass(value.model, value.model.info, value.evidence)
    if name == "__class__":
        return Symbol("django.db.models.QuerySet")
    for info in value.model.row_classes:
        result = info.names.get(name)
        if isinstance(result, Function):
            return Function(result.node, result.module, result.scope, result.info, value)
    return Bound(value, name)


def _of_meta(frame: Frame, value: ModelMeta, name: str, node: ast.AST | None) -> Value:
    model = value.model
    if name in ("model", "concrete_model", "proxy_for_model", "swapped"):
        return ModelClass(model, model.info)
    if name in ("default_manager", "base_manager"):
        return Rows(model)
    if name == "db_table":
        return text(model.table)
    if name in ("fields", "concrete_fields", "local_fields", "local_concrete_fields"):
        return Items([FieldOf(model, "*")])
    return Bound(value, name)


def _of_object(frame: Frame, value: Object, name: str, node: ast.AST | None) -> Value:
    if name in value.attrs:
        return value.attrs[name]
    if name == "__dict__":
        return Table(dict(value.attrs), open=True)
    if name == "__class__":
        return Class(value.info)
    if (result := _in_class(frame, value, name, node)) is not None:
        return result
    if value.info.works_on is not None:
        return _of_carrier(frame, Carrier(value.info.works_on, value.info), name)
    for info in value.info.ancestry():
        if name in info.reverse:
            other, field_class = info.reverse[name]
            return other_side(frame, other, field_class, node)
    if name in ("_asdict", "model_dump", "asdict"):
        return Bound(value, name)
    if (carried := _by_queryset(frame, value, name)) is not None:
        return carried
    target = _reached(frame, name, node)
    if target is not None:
        return target
    return Unknown(name) if value.info.foreign_bases() or frame.project.hints.single(name) else UNKNOWN


def _by_queryset(frame: Frame, value: Object, name: str) -> Value | None:
    """Return a view that says what it works on by `get_queryset` alone."""
    result = value.info.find("get_queryset") if name in VIEW_NAMES else None
    if isinstance(result, Function):
        bound = Function(result.node, result.module, result.scope, result.info, value)
        for option in options_of(frame.call(bound, Args(), result.node)):
            if isinstance(option, Rows):
                return _of_carrier(frame, Carrier(option.model, value.info), name)
    return None


def _in_class(frame: Frame, value: Object, name: str, node: ast.AST | None) -> Value | None:
    result = value.info.find(name)
    if isinstance(result, Relation):
        return of_relation(frame, result, value.info, node)
    if isinstance(result, Function):
        return _method(frame, result, value, None)
    stored = self_attribute(frame, value.info, name)
    declared = value.info.annotation(name)
    promised: Value = UNKNOWN
    if declared is not None:
        scope = type_scope(value, declared[1].outer)
        inner = Frame(frame.project, declared[1].module, scope, info=declared[1])
        promised = annotated_value(inner, declared[0])
    entries = [item for item in (stored, result, promised) if item is not None and not isinstance(item, Unknown)]
    if result == NOTHING and len(entries) > 1:
        entries.remove(NOTHING)
    if entries:
        return join(entries)
    return Unknown(name) if stored is not None or result is not None or declared is not None else None


def _of_class(frame: Frame, value: Class, name: str, node: ast.AST | None) -> Value:
    info = value.info
    if name == "objects" and info.model is None and info.is_rows_of is None:
        return ForeignRows(info)
    if info.is_rows_of is not None and name in orm_names.ROWS_WRITES:
        return Symbol(f"django.db.models.QuerySet.{name}")
    result = info.find(name)
    if isinstance(result, Function):
        return _method(frame, result, Object(info), value)
    if result is not None and not isinstance(result, Relation):
        return result
    stored = self_attribute(frame, info, name)
    if stored is not None:
        return stored
    if info.works_on is not None:
        return Bound(Carrier(info.works_on, info), name)
    return Bound(value, name)


def _of_carrier(frame: Frame, value: Carrier, name: str, node: ast.AST | None = None) -> Value:
    evidence = frame.evidence(value.info.node, "works on the model") if value.info is not None else None
    if name in orm_names.CARRIED_INSTANCES:
        return Instance(value.model, evidence)
    if name in orm_names.CARRIED_ROWS:
        return Rows(value.model, evidence)
    if name in orm_names.CARRIED_CLASSES:
        return ModelClass(value.model, value.model.info, evidence)
    return Bound(value, name) if name[:1] != "_" or name == "__call__" else Unknown(name)


def _of_parent(frame: Frame, value: Parent, name: str, node: ast.AST | None) -> Value:
    for option in options_of(value.receiver):
        info = getattr(option, "info", None)
        if isinstance(info, ClassInfo) and not isinstance(option, Rows):
            result = next((base.names[name] for base in list(info.ancestry())[1:] if name in base.names), None)
            if isinstance(result, Function):
                return Function(result.node, result.module, result.scope, result.info, option)
            if isinstance(option, Object) and info.works_on is not None:
                return Bound(Carrier(info.works_on, info), name)
    return Bound(value.receiver, name)


READERS: dict[type[Value], Callable[[Frame, Any, str, ast.AST | None], Value]] = {
    Imported: _of_import,
    ModuleRef: _of_module,
    Namespace: _of_namespace,
    Symbol: _of_symbol,
    ModelClass: _of_model,
    Instance: _of_instance,
    Rows: _of_rows,
    ModelMeta: _of_meta,
    FieldOf: _of_field,
    Object: _of_object,
    Class: _of_class,
    Carrier: _of_carrier,
    Parent: _of_parent,
    Text: _of_text,
    Unknown: _of_unknown,
    Other: _of_other,
}
