"""Assign to targets: names, attributes, items, and patterns of them."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Class, Function, Instance, ModelClass, Object
from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import (
    UNKNOWN,
    Items,
    Namespace,
    Table,
    Text,
    Value,
    VarsOf,
    join,
    options_of,
    texts_of,
)
from ownedfields.engine.judging import evidence
from ownedfields.engine.libraries import sql
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.annotations import instance_of
from ownedfields.engine.reading.attributes import attribute_of
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.special_methods import match_names


def dotted_name(node: ast.AST) -> str:
    """`self.run` as text; empty for anything but names and their attributes."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        dotted: str | None = getattr(node, "dotted", None)
        if dotted is None:
            base = dotted_name(node.value)
            dotted = node.dotted = f"{base}.{node.attr}" if base else ""  # type: ignore[attr-defined]
        return dotted
    if isinstance(node, ast.NamedExpr):
        return dotted_name(node.target)
    return ""


def bind(frame: Frame, target: ast.AST, value: Value, source: ast.AST | None = None) -> None:
    """`target = value`."""
    if isinstance(target, ast.Name):
        frame.scope.bind(target.id, value)
    elif isinstance(target, ast.Attribute):
        set_attribute(frame, target, value)
    elif isinstance(target, ast.Subscript):
        set_item(frame, target, value)
    elif isinstance(target, ast.Starred):
        bind(frame, target.value, Items([structure.element_of(frame, value)]), source)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(frame, target, value, source)


def _unpack(frame: Frame, target: ast.Tuple | ast.List, value: Value, source: ast.AST | None) -> None:
    starred = next((n for n, element in enumerate(target.elts) if isinstance(element, ast.Starred)), None)
    for number, element in enumerate(target.elts):
        if starred is None or number < starred:
            part = structure.item_at(frame, value, number)
        elif number == starred:
            part = value
        else:
            part = structure.item_at(frame, value, number - len(target.elts))
        bind(frame, element, part, source)


def set_attribute(frame: Frame, target: ast.Attribute, value: Value) -> None:
    """`receiver.name = value`."""
    receiver = frame.eval(target.value)
    evidence.attribute_written(frame, receiver, target)
    if target.attr == "__dict__":
        evidence.vars_written(frame, VarsOf(receiver), structure.keys_of(value), target)
    for option in options_of(receiver):
        if isinstance(option, Object | Namespace):
            before = option.attrs.get(target.attr)
            option.attrs[target.attr] = value if before is None or not frame.branches else join([value, before])
        if isinstance(option, Class) or (isinstance(option, Object) and frame.site is None):
            option.info.stored.setdefault(target.attr, []).append(value)
            if option.info is not frame.info:
                frame.project.facts.note_stored(option.info.module.path, target.attr, value)
        if isinstance(option, ModelClass) and isinstance(value, Function) and value.info is None:
            row = Instance(option.model, frame.evidence(target, "made a method of the model"), option.info)
            frame.call(value, Args([row]), target)
    if name := dotted_name(target):
        frame.scope.bind_path(name, value)


def set_item(frame: Frame, target: ast.Subscript, value: Value) -> None:
    """`receiver[key] = value`."""
    receiver = frame.eval(target.value)
    key = frame.eval(target.slice)
    for option in options_of(receiver):
        if isinstance(option, VarsOf):
            evidence.vars_written(frame, option, texts_of(key), target)
        elif isinstance(option, Table):
            names = texts_of(key)
            for name in names:
                before = option.keys.get(name)
                option.keys[name] = join([value, before]) if before is not None else value
            if not names:
                option.rest.append(value)
                option.rest_keys.append(key)
        elif isinstance(option, Items):
            option.elements.append(value)
            option.exact = False


def augment(frame: Frame, node: ast.AugAssign) -> None:
    """`target op= value`."""
    added = frame.eval(node.value)
    if isinstance(node.target, ast.Attribute):
        receiver = frame.eval(node.target.value)
        evidence.attribute_written(frame, receiver, node.target)
        current = frame.eval(node.target)
    else:
        current = frame.eval(_as_load(node.target))
    for option in options_of(current):
        if isinstance(option, VarsOf):
            evidence.vars_written(frame, option, structure.keys_of(added), node)
    result = structure.combine(frame, current, added, node.op, node, in_place=True)
    if isinstance(result, Text) and not sql.writes(frame, current):
        sql.judge(frame, result, node)
    if isinstance(node.target, ast.Name):
        frame.scope.bind(node.target.id, result)
    elif isinstance(node.target, ast.Subscript):
        set_item(frame, node.target, result)


def _as_load(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Name):
        return ast.copy_location(ast.Name(node.id, ast.Load()), node)
    if isinstance(node, ast.Subscript):
        return ast.copy_location(ast.Subscript(node.value, node.slice, ast.Load()), node)
    return node


def delete(frame: Frame, target: ast.expr) -> None:
    """`del target`."""
    if isinstance(target, ast.Name):
        frame.scope.drop(target.id)
    elif isinstance(target, ast.Attribute):
        evidence.attribute_written(frame, frame.eval(target.value), target, rule="OPR105", how="del")
    elif isinstance(target, ast.Subscript):
        receiver, key = frame.eval(target.value), texts_of(frame.eval(target.slice))
        for option in options_of(receiver):
            if isinstance(option, VarsOf):
                evidence.vars_written(frame, option, key, target)
            elif isinstance(option, Table) and not frame.branches:
                for name in key:
                    option.keys.pop(name, None)
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            delete(frame, element)


def match_pattern(frame: Frame, pattern: ast.pattern, subject: Value) -> Value | None:
    """Bind what a `case` pattern captures; the value of the subject where it matches, if the pattern says so."""
    if isinstance(pattern, ast.MatchAs):
        bindings = match_pattern(frame, pattern.pattern, subject) if pattern.pattern is not None else None
        if pattern.name:
            frame.scope.bind(pattern.name, bindings if bindings is not None else subject)
        return bindings
    if isinstance(pattern, ast.MatchClass):
        return _match_class(frame, pattern)
    if isinstance(pattern, ast.MatchOr):
        results = [match_pattern(frame, item, subject) for item in pattern.patterns]
        entries = [item for item in results if item is not None]
        return join(entries) if entries and len(entries) == len(results) else None
    if isinstance(pattern, ast.MatchSequence):
        for number, item in enumerate(pattern.patterns):
            match_pattern(frame, item, structure.item_at(frame, subject, number))
    elif isinstance(pattern, ast.MatchMapping):
        for key, item in zip(pattern.keys, pattern.patterns, strict=False):
            match_pattern(frame, item, structure.subscript(frame, subject, frame.eval(key)))
        if pattern.rest:
            frame.scope.bind(pattern.rest, subject)
    elif isinstance(pattern, ast.MatchStar) and pattern.name:
        frame.scope.bind(pattern.name, Items([structure.element_of(frame, subject)]))
    return None


def _match_class(frame: Frame, pattern: ast.MatchClass) -> Value:
    class_value = frame.eval(pattern.cls)
    bindings = instance_of(frame, class_value, pattern.cls)
    for name, item in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        match_pattern(frame, item, attribute_of(frame, bindings, name, pattern.cls))
    names = match_names(bindings)
    for number, item in enumerate(pattern.patterns):
        part = attribute_of(frame, bindings, names[number], pattern.cls) if number < len(names) else UNKNOWN
        match_pattern(frame, item, part)
    return bindings
