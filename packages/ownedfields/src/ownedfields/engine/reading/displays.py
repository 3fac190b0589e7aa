"""Displays: lists, tuples, sets, dicts and comprehensions."""

from __future__ import annotations

import ast

from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.values import Items, Table, Value, texts_of
from ownedfields.engine.reading import structure, targets
from ownedfields.engine.reading.frame import Frame, expression
from ownedfields.engine.reading.narrowing import narrow


@expression(ast.List, ast.Tuple, ast.Set)
def sequence(frame: Frame, node: ast.List | ast.Tuple | ast.Set) -> Value:
    """`[a, *b]` and its kin."""
    items = Items(exact=True)
    for element in node.elts:
        if isinstance(element, ast.Starred):
            _spread(frame, items, frame.eval(element.value))
        else:
            items.elements.append(frame.eval(element))
    return items


def _spread(frame: Frame, items: Items, value: Value) -> None:
    if isinstance(value, Items):
        items.elements.extend(value.elements)
        items.exact = items.exact and value.exact
    else:
        items.elements.append(structure.element_of(frame, value))
        items.exact = False


@expression(ast.Dict)
def mapping(frame: Frame, node: ast.Dict) -> Value:
    """`{key: value, **more}`."""
    table = Table()
    for key, value in zip(node.keys, node.values, strict=True):
        result = frame.eval(value)
        if key is None:
            structure.merge(table, structure.as_table(frame, result))
            continue
        names = texts_of(frame.eval(key))
        table.keys.update(dict.fromkeys(sorted(names), result))
        if not names:
            table.rest.append(result)
            table.rest_keys.append(frame.eval(key))
    return table


@expression(ast.ListComp, ast.SetComp, ast.GeneratorExp)
def comprehension(frame: Frame, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Value:
    """`[element for target in items if test]`."""
    outer = _enter(frame, node.generators)
    element = frame.eval(node.elt)
    frame.scope = outer
    return Items([element])


@expression(ast.DictComp)
def dict_comprehension(frame: Frame, node: ast.DictComp) -> Value:
    """`{key: value for target in items if test}`."""
    outer = _enter(frame, node.generators)
    key, value = frame.eval(node.key), frame.eval(node.value)
    names = texts_of(key)
    open_ = not names
    frame.scope = outer
    return Table(dict.fromkeys(sorted(names), value), [value] if open_ else [], open_, [key] if open_ else [])


def _enter(frame: Frame, generators: list[ast.comprehension]) -> Scope:
    outer = frame.scope
    for number, generator in enumerate(generators):
        items = frame.eval(generator.iter)
        if number == 0:
            frame.scope = Scope("comprehension", outer)
        if outer.block == "class":
            frame.scope.snapshot = dict(outer.names)
        targets.bind(frame, generator.target, structure.element_of(frame, items))
        for test in generator.ifs:
            frame.eval(test)
            frame.scope.names.update(narrow(frame, test, holds=True))
    return outer
