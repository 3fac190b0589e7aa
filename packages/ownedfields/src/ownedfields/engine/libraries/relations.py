"""Follow relations in both directions, and resolve the type variables of generic objects."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Class, ClassInfo, ForeignRows, Instance, ModelClass, Object, Rows
from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.uses import Relation, TypeHint
from ownedfields.engine.data.values import Other, Value, options_of, texts_of
from ownedfields.engine.reading.frame import Frame


def is_key(info: ClassInfo, name: str) -> bool:
    """Return True if Django keeps the row's key, or that of a related row, under this name."""
    return name in ("pk", "id") or (name.endswith("_id") and isinstance(info.find(name[:-3]), Relation))


def is_bound(value: Value | None) -> bool:
    """Return True if the value is an object whose class has type variables that stand for something."""
    return isinstance(value, Object) and bool(value.binds or value.info.binds)


def type_scope(value: Value | None, outer: Scope) -> Scope:
    """Return a scope in which the type variables of a generic object's class stand for what it was given."""
    if not isinstance(value, Object) or not is_bound(value):
        return outer
    scope = Scope("closure", outer)
    scope.names = {name: TypeHint(bound) for name, bound in {**value.info.binds, **value.binds}.items()}
    return scope


def other_side(frame: Frame, info: ClassInfo, field_class: str, node: ast.AST | None) -> Value:
    """Return the value of a reverse relation: one row, or a manager of them."""
    if info.model is not None:
        evidence = frame.evidence(node, "the other side of a relation") if node is not None else None
        return Instance(info.model, evidence, info) if field_class == "OneToOneField" else Rows(info.model, evidence)
    return Object(info) if field_class == "OneToOneField" else ForeignRows(info)


def of_relation(frame: Frame, relation: Relation, info: ClassInfo, node: ast.AST | None) -> Value:
    """Return the rows that a relation field leads to."""
    evidence = frame.evidence(node, "a relation to the model") if node is not None else None
    for option in options_of(relation.target):
        model = option.model if isinstance(option, ModelClass) else None
        for label in texts_of(option):
            model = info.model if label == "self" else frame.project.model_named(label)
        if model is not None:
            return Rows(model, evidence) if relation.field_class == "ManyToManyField" else Instance(model, evidence)
        if isinstance(option, Class):
            return Object(option.info)
    return Other("another model")
