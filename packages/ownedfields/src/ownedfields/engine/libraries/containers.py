"""Methods of lists, dicts, strings and `__dict__`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import (
    HOLE,
    UNKNOWN,
    Items,
    Other,
    Table,
    Text,
    Unknown,
    Value,
    VarsOf,
    element_texts,
    join,
    options_of,
    texts_of,
)
from ownedfields.engine.judging import evidence
from ownedfields.engine.libraries import sql
from ownedfields.engine.reading import structure
from ownedfields.engine.reading.frame import Frame

SAME_TEXT: dict[str, Callable[[str], str]] = {
    "strip": str.strip,
    "lower": str.lower,
    "upper": str.upper,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
}
KEEPS_TEXT = frozenset(
    {"strip", "lstrip", "rstrip", "expandtabs", "encode", "decode", "as_string", "casefold", "swapcase"}
)


def method(frame: Frame, receiver: Value, name: str, args: Args, node: ast.AST) -> Value:
    """Carry out a method of a container and return its value."""
    if isinstance(receiver, VarsOf):
        return _vars_method(frame, receiver, name, args, node)
    if isinstance(receiver, Table):
        return _table_method(frame, receiver, name, args, node)
    if isinstance(receiver, Items):
        return _items_method(frame, receiver, name, args)
    assert isinstance(receiver, Text)
    return _text_method(frame, receiver, name, args, node)


def _vars_method(frame: Frame, receiver: VarsOf, name: str, args: Args, node: ast.AST) -> Value:
    if name in ("update", "__ior__"):
        names = set(args.keywords)
        for value in args.positional:
            names |= structure.keys_of(value)
        evidence.vars_written(frame, receiver, names, node)
    elif name in ("__setitem__", "setdefault", "pop", "__delitem__"):
        evidence.vars_written(frame, receiver, texts_of(args.get(0, "key")), node)
    elif name in ("copy", "items"):
        return structure.as_table(frame, receiver)
    return UNKNOWN


def _table_method(frame: Frame, receiver: Table, name: str, args: Args, node: ast.AST) -> Value:
    if name == "update":
        for value in args.positional:
            structure.merge(receiver, structure.as_table(frame, value))
        receiver.keys.update(args.keywords)
        receiver.open = receiver.open or args.loose
        return Other("nothing")
    if name in ("setdefault", "__setitem__"):
        return _set_item(receiver, args)
    if name in ("pop", "__delitem__"):
        return _take_item(frame, receiver, args)
    if name in ("get", "__getitem__"):
        return structure.subscript(frame, receiver, args.get(0, "key") or UNKNOWN)
    if name in ("copy", "dict", "model_dump", "_asdict"):
        return receiver.copy()
    if name == "values":
        return Items([receiver.value()])
    if name in ("keys", "__iter__"):
        return Items([Text(frozenset(receiver.keys))] if receiver.keys else [UNKNOWN])
    if name == "items":
        return _pairs(receiver)
    if name == "fromkeys":
        names = {text for value in args.positional[:1] for text in element_texts(value)}
        return Table(dict.fromkeys(sorted(names), UNKNOWN))
    if name == "clear" and not frame.branches:
        receiver.keys.clear()
    return UNKNOWN


def _set_item(receiver: Table, args: Args) -> Value:
    value = args.get(1, "default") or UNKNOWN
    names = texts_of(args.get(0, "key"))
    for name in names:
        receiver.keys.setdefault(name, value)
    if not names:
        receiver.rest.append(value)
    return join([receiver.keys[name] for name in names]) if names else join(receiver.rest)


def _take_item(frame: Frame, receiver: Table, args: Args) -> Value:
    names = texts_of(args.get(0, "key"))
    results = [receiver.keys[name] for name in names if name in receiver.keys]
    if not frame.branches:
        for name in names:
            receiver.keys.pop(name, None)
    if not results and not receiver.rest and len(names) == 1:
        return Unknown(next(iter(names)))
    return join([*results, *receiver.rest])


def _pairs(receiver: Table) -> Items:
    pairs: list[Value] = [Items([Text(frozenset({name})), value], exact=True) for name, value in receiver.keys.items()]
    key = join(receiver.rest_keys)
    pairs.extend(Items([key, value], exact=True) for value in receiver.rest)
    return Items(pairs or [Items([UNKNOWN, UNKNOWN], exact=True)], exact=bool(pairs))


def _items_method(frame: Frame, receiver: Items, name: str, args: Args) -> Value:
    if name in ("append", "add", "appendleft", "put", "put_nowait", "push", "set"):
        receiver.elements.extend(args.positional[:1])
        receiver.exact = receiver.exact and not frame.branches and not frame.loops
    elif name == "insert":
        receiver.elements.extend(args.positional[1:2])
        receiver.exact = False
    elif name in ("extend", "update", "extendleft"):
        receiver.elements.extend(_spread(frame, args))
        receiver.exact = False
    elif name in ("remove", "discard") and not frame.branches:
        gone = texts_of(args.get(0, "value"))
        receiver.elements[:] = [element for element in receiver.elements if not gone or texts_of(element) != gone]
    elif name in ("pop", "popleft", "get", "get_nowait", "result", "__getitem__"):
        return receiver.element()
    elif name in ("copy", "union", "__iter__", "page", "get_page", "iter_pages"):
        return Items([*receiver.elements, *_spread(frame, args)], exact=receiver.exact and not args.positional)
    elif name in ("difference",):
        gone = frozenset(text for value in args.positional for text in element_texts(value))
        return Items(
            [element for element in receiver.elements if not (texts_of(element) and texts_of(element) <= gone)]
        )
    elif name in ("first", "last", "__next__", "__anext__", "send"):
        return receiver.element()
    elif name in ("clear",) and not frame.branches:
        receiver.elements.clear()
    return UNKNOWN


def _spread(frame: Frame, args: Args) -> list[Value]:
    results: list[Value] = []
    for value in args.positional:
        for option in options_of(value):
            results.extend(option.elements if isinstance(option, Items) else [structure.element_of(frame, option)])
    return results


def _text_method(frame: Frame, receiver: Text, name: str, args: Args, node: ast.AST) -> Value:
    if name == "join":
        result = _joined(receiver, args)
    elif name == "format":
        result = Text(frozenset(_format(option, args) for option in receiver.options))
    elif name in ("format_map", "substitute", "safe_substitute"):
        named = Args([], {**structure.as_table(frame, join(args.positional or [Table()])).keys, **args.keywords})
        result = Text(frozenset(_format(option, named) for option in receiver.options))
    elif name == "replace" and len(args.positional) >= 2:
        result = _replaced(receiver, args)
    elif name in SAME_TEXT:
        result = Text(frozenset(SAME_TEXT[name](option) for option in receiver.options))
    elif name in KEEPS_TEXT:
        return receiver
    elif name in ("removeprefix", "removesuffix"):
        ends = sorted(texts_of(args.get(0, "prefix")))
        result = (
            Text(frozenset(getattr(option, name)(end) for option in receiver.options for end in ends))
            if ends
            else receiver
        )
    elif name in ("split", "rsplit", "splitlines"):
        separators: list[str | None] = [*sorted(texts_of(args.get(0, "sep"))), None]
        return Items(
            [Text(frozenset({part})) for option in sorted(receiver.options) for part in option.split(separators[0])],
            exact=True,
        )
    elif name in ("partition", "rpartition"):
        return Items([Text(frozenset({HOLE}))] * 3, exact=True)
    else:
        return Other("a result")
    sql.judge(frame, result, node)
    return result


def _joined(receiver: Text, args: Args) -> Text:
    items = args.positional[0] if args.positional else UNKNOWN
    separator = min(receiver.options)
    for option in options_of(items):
        if isinstance(option, Items) and (option.exact or len(option.elements) == 1):
            parts: list[Value] = []
            for number, element in enumerate(option.elements):
                parts += [Text(frozenset({separator})), element] if number else [element]
            result = structure.concatenate(parts)
            assert isinstance(result, Text)
            return result
    return Text(frozenset({HOLE}))


def _format(template: str, args: Args) -> str:
    positions = iter(range(len(args.positional)))

    def fill(match: re.Match[str]) -> str:
        name = match.group(1).split(".")[0].split("[")[0]
        if name.isdigit() or not name:
            number = int(name) if name else next(positions, 99)
            value = args.positional[number] if number < len(args.positional) else UNKNOWN
        else:
            value = args.keywords.get(name, UNKNOWN)
        results = sorted(texts_of(value))
        return results[0] if results else HOLE

    return re.sub(r"\{([\w.\[\]]*)(?:![rsa])?(?::[^}]*)?\}", fill, template)


def _replaced(receiver: Text, args: Args) -> Text:
    old, new = sorted(texts_of(args.positional[0])), sorted(texts_of(args.positional[1]))
    if not old:
        return receiver
    return Text(frozenset(option.replace(old[0], new[0] if new else HOLE) for option in receiver.options))
