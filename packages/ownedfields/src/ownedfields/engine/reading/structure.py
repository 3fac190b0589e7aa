"""Lists, dicts and strings: what their parts may be, and what joining them makes."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Class, ForeignRows, Instance, ModelClass, Object, Rows
from ownedfields.engine.data.uses import TypeHint
from ownedfields.engine.data.values import (
    HOLE,
    UNKNOWN,
    Items,
    Other,
    Table,
    Text,
    Union,
    Unknown,
    Value,
    VarsOf,
    join,
    options_of,
    plain,
    texts_of,
)
from ownedfields.engine.reading.attributes import attribute_of
from ownedfields.engine.reading.frame import Frame
from ownedfields.engine.reading.special_methods import call_method, field_at, match_names

MAX_FOLDED = 24


def element_of(frame: Frame, value: Value) -> Value:
    """Return the value that iterating yields."""
    return join([_element(frame, plain(option)) for option in options_of(value)])


def _element(frame: Frame, value: Value) -> Value:
    if isinstance(value, Rows):
        return Instance(value.model, value.evidence)
    if isinstance(value, Items):
        return value.element()
    if isinstance(value, ForeignRows):
        return Object(value.info)
    if isinstance(value, Table):
        names: list[Value] = [Text(frozenset(value.keys))] if value.keys else []
        return join([*names, *value.rest_keys])
    if isinstance(value, Unknown):
        model = frame.project.hints.plural(value.hint) if value.hint else None
        if model is None:
            return value if frame.project.hints.another(value.hint) else UNKNOWN
        return Unknown(min(model.hints, key=len))
    if isinstance(value, Object):
        return call_method(frame, value, ("__iter__", "__aiter__"), None, iterate=True)
    return Other("element") if isinstance(value, Other) else UNKNOWN


def item_at(frame: Frame, value: Value, number: int) -> Value:
    """`value[number]` for a known number."""
    results = []
    for option in options_of(value):
        if isinstance(option, Items) and option.exact:
            fits = -len(option.elements) <= number < len(option.elements)
            results.append(option.elements[number] if fits else UNKNOWN)
        elif isinstance(option, Object):
            results.append(field_at(frame, option, number))
        elif isinstance(option, Table):
            results.append(_subscript(frame, option, UNKNOWN))
        else:
            results.append(element_of(frame, option))
    return join(results)


def subscript(frame: Frame, value: Value, key: Value) -> Value:
    """`value[key]`."""
    return join([_subscript(frame, plain(option), key) for option in options_of(value)])


def _subscript(frame: Frame, value: Value, key: Value) -> Value:
    if isinstance(value, Table):
        names = texts_of(key)
        entries = [value.keys[name] for name in names if name in value.keys]
        if entries or value.rest:
            return join([*entries, *value.rest])
        return UNKNOWN if not names else Unknown(next(iter(names)))
    if isinstance(value, Rows | Items | ForeignRows):
        return element_of(frame, value)
    if isinstance(value, Object):
        names = texts_of(key)
        return join([attribute_of(frame, value, name, None) for name in sorted(names)])
    if isinstance(value, Unknown):
        names = texts_of(key)
        if len(names) == 1:
            return Unknown(next(iter(names)))
        return element_of(frame, value)
    if isinstance(value, ModelClass | Class | TypeHint):
        return value
    return Other("item") if isinstance(value, Other) else UNKNOWN


def keys_of(value: Value) -> frozenset[str]:
    """Return the string keys that a mapping, or a list of pairs, may have."""
    results: set[str] = set()
    for option in options_of(value):
        if isinstance(option, Table):
            results |= set(option.keys)
        elif isinstance(option, VarsOf):
            results |= {"*"}
        elif isinstance(option, Items):
            for pair in option.elements:
                for item in options_of(pair):
                    if isinstance(item, Items) and item.elements:
                        results |= texts_of(item.elements[0])
    return frozenset(results)


def as_table(frame: Frame, value: Value) -> Table:
    """`dict(value)`: a new dict from a mapping or from pairs."""
    table = Table()
    for option in options_of(value):
        if isinstance(option, Table):
            merge(table, option)
        elif isinstance(option, VarsOf):
            for owned in options_of(option.instance):
                if isinstance(owned, Instance):
                    table.keys.update(dict.fromkeys(owned.model.fields, UNKNOWN))
            table.open = True
        elif isinstance(option, Items):
            _add_pairs(frame, table, option)
        elif isinstance(option, Object):
            merge(table, fields_of(frame, option))
        elif not isinstance(option, Other):
            table.open = True
    return table


def fields_of(frame: Frame, value: Object) -> Table:
    """Return the fields of a dataclass, named tuple or typed dict, as a dict."""
    names = match_names(value)
    results = {name: attribute_of(frame, value, name, None) for name in names}
    return Table({**results, **value.attrs}, open=not names)


def _add_pairs(frame: Frame, table: Table, pairs: Items) -> None:
    for pair in pairs.elements:
        names = texts_of(item_at(frame, pair, 0))
        value = item_at(frame, pair, 1)
        for name in names:
            table.keys[name] = value
        if not names:
            table.rest.append(value)
            table.open = True


def merge(table: Table, other: Table) -> None:
    """`table.update(other)`."""
    table.keys.update(other.keys)
    table.rest_keys.extend(key for key in other.rest_keys if key not in table.rest_keys)
    table.rest.extend(value for value in other.rest if value not in table.rest)
    table.open = table.open or other.open


def combine(
    frame: Frame, left: Value, right: Value, operator: ast.operator, node: ast.AST, *, in_place: bool = False
) -> Value:
    """`left operator right`."""
    results: list[Value] = []
    for option in options_of(left):
        for other in options_of(right):
            results.append(_combine(frame, option, other, operator, in_place=in_place))
    return join(results)


def _combine(frame: Frame, left: Value, right: Value, operator: ast.operator, *, in_place: bool) -> Value:
    if isinstance(operator, ast.Add) and (isinstance(left, Text) or isinstance(right, Text)):
        return concatenate([left, right])
    if isinstance(operator, ast.Mod) and isinstance(left, Text):
        return percent(frame, left, right)
    if isinstance(left, Items) and isinstance(operator, ast.Add | ast.BitOr | ast.Mult):
        return _joined_items(left, right, operator, in_place=in_place)
    if isinstance(operator, ast.BitOr):
        return _either(left, right, in_place=in_place)
    if isinstance(left, Rows) or isinstance(right, Rows):
        return left if isinstance(left, Rows) else right
    if isinstance(left, Items) and isinstance(operator, ast.Sub):
        gone = {name for item in getattr(right, "elements", []) for name in texts_of(item)}
        return Items([item for item in left.elements if not (texts_of(item) and texts_of(item) <= gone)])
    return Unknown() if isinstance(left, Unknown) or isinstance(right, Unknown) else Other("result")


def _joined_items(left: Items, right: Value, operator: ast.operator, *, in_place: bool) -> Value:
    more = right.elements if isinstance(right, Items) and not isinstance(operator, ast.Mult) else []
    if in_place:
        left.elements.extend(more)
        left.exact = left.exact and isinstance(right, Items) and right.exact
        return left
    exact = left.exact and isinstance(right, Items) and right.exact
    return Items([*left.elements, *more], exact=exact)


def _either(left: Value, right: Value, *, in_place: bool) -> Value:
    if isinstance(left, Table):
        table = left if in_place else left.copy()
        if isinstance(right, Table):
            merge(table, right)
        elif isinstance(right, Items):
            table.keys.update(dict.fromkeys(keys_of(right), UNKNOWN))
        return table
    if isinstance(right, Table):
        return Table(dict(right.keys), list(right.rest), open=True)
    if isinstance(left, Rows):
        return left
    if isinstance(right, Rows):
        return right
    return Union((left, right)) if left != right else left


def concatenate(parts: list[Value]) -> Value:
    """Return the strings that the parts make, one after the other."""
    results = [""]
    for part in parts:
        options = _contents(part)
        results = [f"{before}{after}" for before in results for after in options][:MAX_FOLDED]
    return Text(frozenset(results))


def _contents(value: Value) -> list[str]:
    results = sorted({item for option in options_of(value) if isinstance(option, Text) for item in option.options})
    if not results or any(not isinstance(option, Text) for option in options_of(value)):
        results.append(HOLE)
    return results[:MAX_FOLDED]


def percent(frame: Frame, template: Text, right: Value) -> Value:
    """`template % right`."""
    if isinstance(right, Table):
        values = {name: _contents(value)[0] for name, value in right.keys.items()}
        return Text(frozenset(_fill_names(option, values) for option in template.options))
    parts = right.elements if isinstance(right, Items) and right.exact else [right]
    return Text(frozenset(_fill(option, [_contents(part)[0] for part in parts]) for option in template.options))


def _fill_names(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"%({name})s", value)
    return template


def _fill(template: str, parts: list[str]) -> str:
    pieces = template.replace("%%", "\1").split("%s")
    filled = pieces[0]
    for number, piece in enumerate(pieces[1:]):
        filled += (parts[number] if number < len(parts) else HOLE) + piece
    return filled.replace("\1", "%")
