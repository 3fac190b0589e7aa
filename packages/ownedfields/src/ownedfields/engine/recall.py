"""Remembers what a call came to, for the next call that hands over the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from ownedfields.engine.kinds import Args, Context, MethodCaller, Partial, Returns, TypeHint
from ownedfields.engine.values import Bound, Function, Items, Namespace, Object, Table, Union, Value, VarsOf

MAX_PARTS = 100
GROWING = (Items, Table)
Each = Callable[[Value], Any]


class NotToKeep(Exception):
    """What is handed over, or comes back, is too large or lives on elsewhere."""


@dataclass(unsafe_hash=True, slots=True)
class Slot(Value):
    """In a remembered result: the part of what was handed over that stood here."""

    number: int


@dataclass(unsafe_hash=True, slots=True)
class Known:
    """What a call came to, and the depth of calls from which on it is as good as reading the body again."""

    result: Value
    depth: int


class Cut:
    """What was left out while a body was read, because its call chain grew too long or came round to itself."""

    __slots__ = ("deep", "level")

    def __init__(self, level: int = 100, *, deep: bool = False) -> None:
        self.level = level
        self.deep = deep

    def at(self, level: int) -> None:
        """A function that is being read, this far from the outermost, was called again."""
        self.level = min(self.level, level)

    def joined(self, other: Cut) -> Cut:
        """Both."""
        return Cut(min(self.level, other.level), deep=self.deep or other.deep)


class Handed:
    """What a call hands over: a key for its shape, and its parts in an order that equal shapes share."""

    def __init__(self, function: Function, args: Args) -> None:
        self.parts: list[Value] = []
        self._numbers: dict[int, int] = {}
        try:
            self.key: Hashable = (function.node, self._shape(function), _of_args(args, self._shape))
        except NotToKeep:
            self.key = None

    def is_as_before(self, function: Function, args: Args) -> bool:
        """Whether nothing in it was changed since."""
        return MUTABLE.isdisjoint(map(type, self.parts)) or Handed(function, args).key == self.key

    def kept(self, value: Value, function: Function) -> Value:
        """The result, with what was handed over replaced by its place. Raises NotToKeep."""
        lasting = set(map(id, function.module.scope.names.values()))

        def place(each: Value) -> Value | None:
            if id(each) in self._numbers:
                return Slot(self._numbers[id(each)])
            if id(each) in lasting and type(each) in MUTABLE:
                raise NotToKeep
            return None

        return copied(value, place)

    def filled(self, value: Value) -> Value:
        """A remembered result, with what this call hands over in its places."""
        return copied(value, lambda each: self.parts[each.number] if isinstance(each, Slot) else None)

    def _shape(self, value: Value) -> Hashable:
        number = self._numbers.setdefault(id(value), len(self.parts))
        self.parts.append(value)
        read = PARTS.get(type(value))
        if read is None:
            return value
        if number != len(self.parts) - 1:
            return Slot, number
        if len(self.parts) > MAX_PARTS:
            raise NotToKeep
        return type(value), read(value, self._shape)


def fresh(value: Value, function: Function) -> Value:
    """What a function hands back to one of its callers: a list or dict that the function made is the caller's own."""
    if not isinstance(value, GROWING) or id(value) in map(id, function.module.scope.names.values()):
        return value
    return Items(list(value.elements), value.exact, value.kind) if isinstance(value, Items) else value.copy()


def copied(value: Value, instead: Callable[[Value], Value | None]) -> Value:
    """The value with everything in it that can change made anew, or replaced."""
    made: dict[int, Value] = {}

    def copy(each: Any) -> Any:
        found = made.get(id(each)) or instead(each)
        if found is None and (build := COPIES.get(type(each))) is not None:
            return build(each, copy, made)
        return each if found is None else found

    return copy(value)  # type: ignore[no-any-return]


def _of_args(args: Args, each: Each) -> Hashable:
    named = tuple([(name, each(value)) for name, value in args.keywords.items()])
    return args.loose, args.starred, tuple([each(value) for value in args.positional]), named


def _of_function(value: Function, each: Each) -> Hashable:
    if value.scope.kind == "closure":
        raise NotToKeep
    return value.node, each(value.receiver) if value.receiver is not None else None


def _of_table(value: Table, each: Each) -> Hashable:
    keys = tuple([(name, each(part)) for name, part in value.keys.items()])
    rest = tuple([each(part) for part in value.rest])
    return keys, rest, value.open, tuple([each(part) for part in value.rest_keys])


def _of_names(names: dict[str, Value], each: Each) -> Hashable:
    return tuple([(name, each(part)) for name, part in names.items()])


PARTS: dict[type[Value], Callable[[Any, Each], Hashable]] = {
    Items: lambda value, each: (value.exact, value.kind, tuple([each(part) for part in value.elements])),
    Table: _of_table,
    Object: lambda value, each: (value.info, _of_names(value.attrs, each), _of_names(value.binds, each)),
    Namespace: lambda value, each: _of_names(value.attrs, each),
    Union: lambda value, each: tuple([each(part) for part in value.options]),
    Bound: lambda value, each: (each(value.receiver), value.name, value.skip),
    Function: _of_function,
    VarsOf: lambda value, each: each(value.instance),
    Partial: lambda value, each: (each(value.callee), _of_args(value.args, each)),
    MethodCaller: lambda value, each: (each(value.name), _of_args(value.args, each)),
    Context: lambda value, each: each(value.value),
    Returns: lambda value, each: each(value.value),
    TypeHint: lambda value, each: each(value.value),
}
MUTABLE = frozenset((Items, Table, Object, Namespace))


def _copy_items(value: Items, copy: Each, made: dict[int, Value]) -> Value:
    made[id(value)] = new = Items([], value.exact, value.kind)
    new.elements = [copy(each) for each in value.elements]
    return new


def _copy_table(value: Table, copy: Each, made: dict[int, Value]) -> Value:
    made[id(value)] = new = Table(open=value.open)
    new.keys = {name: copy(each) for name, each in value.keys.items()}
    new.rest = [copy(each) for each in value.rest]
    new.rest_keys = [copy(each) for each in value.rest_keys]
    return new


def _copy_object(value: Object, copy: Each, made: dict[int, Value]) -> Value:
    made[id(value)] = new = Object(value.info)
    new.attrs = {name: copy(each) for name, each in value.attrs.items()}
    new.binds = {name: copy(each) for name, each in value.binds.items()}
    return new


def _copy_namespace(value: Namespace, copy: Each, made: dict[int, Value]) -> Value:
    made[id(value)] = new = Namespace()
    new.attrs = {name: copy(each) for name, each in value.attrs.items()}
    return new


def _copy_function(value: Function, copy: Each, made: dict[int, Value]) -> Value:
    if value.scope.kind == "closure":
        raise NotToKeep
    receiver = copy(value.receiver) if value.receiver is not None else None
    return Function(value.node, value.module, value.scope, value.info, receiver)


def _copy_args(args: Args, copy: Each) -> Args:
    named = {name: copy(value) for name, value in args.keywords.items()}
    return Args([copy(value) for value in args.positional], named, args.loose, args.starred)


COPIES: dict[type[Value], Callable[[Any, Each, dict[int, Value]], Value]] = {
    Items: _copy_items,
    Table: _copy_table,
    Object: _copy_object,
    Namespace: _copy_namespace,
    Function: _copy_function,
    Union: lambda value, copy, _: Union(tuple([copy(each) for each in value.options])),
    Bound: lambda value, copy, _: Bound(copy(value.receiver), value.name, value.skip),
    VarsOf: lambda value, copy, _: VarsOf(copy(value.instance)),
    Partial: lambda value, copy, _: Partial(copy(value.callee), _copy_args(value.args, copy)),
    MethodCaller: lambda value, copy, _: MethodCaller(copy(value.name), _copy_args(value.args, copy)),
    Context: lambda value, copy, _: Context(copy(value.value)),
    Returns: lambda value, copy, _: Returns(copy(value.value)),
    TypeHint: lambda value, copy, _: TypeHint(copy(value.value)),
}
