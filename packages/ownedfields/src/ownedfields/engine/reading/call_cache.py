"""Remember the result of a call, for the next call with the same arguments."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from ownedfields.engine.data.declarations import Function, Object
from ownedfields.engine.data.uses import Args, Context, MethodCaller, Partial, Returns, TypeHint
from ownedfields.engine.data.values import Bound, Items, Namespace, Table, Union, Value, VarsOf

MAX_PARTS = 100
GROWING = (Items, Table)
Each = Callable[[Value], Any]


class NotToKeep(Exception):
    """Raised when the arguments or the result are too large, or live on elsewhere."""


@dataclass(unsafe_hash=True, slots=True)
class Slot(Value):
    """In a remembered result: the part of what was handed over that stood here."""

    number: int


@dataclass(unsafe_hash=True, slots=True)
class Known:
    """The remembered result of a call, and the depth of calls from which it is as good as a new reading."""

    result: Value
    depth: int


class Cut:
    """The calls left out while a body was read, because the chain grew too long or came round to itself."""

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
    """The arguments of a call: a key for their shape, and their parts in an order that equal shapes share."""

    def __init__(self, function: Function, args: Args) -> None:
        self.parts: list[Value] = []
        self._numbers: dict[int, int] = {}
        try:
            self.key: Hashable = (function.node, self._shape(function), _of_args(args, self._shape))
        except NotToKeep:
            self.key = None

    def is_as_before(self, function: Function, args: Args) -> bool:
        """Return True if nothing in it was changed since."""
        return MUTABLE.isdisjoint(map(type, self.parts)) or Handed(function, args).key == self.key

    def kept(self, value: Value, function: Function) -> Value:
        """Return the result, with what was handed over replaced by its place. Raises NotToKeep."""
        lasting = set(map(id, function.module.scope.names.values()))

        def place(part: Value) -> Value | None:
            if id(part) in self._numbers:
                return Slot(self._numbers[id(part)])
            if id(part) in lasting and type(part) in MUTABLE:
                raise NotToKeep
            return None

        return copied(value, place)

    def filled(self, value: Value) -> Value:
        """Return a remembered result, with what this call hands over in its places."""
        return copied(value, lambda slot: self.parts[slot.number] if isinstance(slot, Slot) else None)

    def _shape(self, value: Value) -> Hashable:
        number = self._numbers.setdefault(id(value), len(self.parts))
        self.parts.append(value)
        reader = PARTS.get(type(value))
        if reader is None:
            return value
        if number != len(self.parts) - 1:
            return Slot, number
        if len(self.parts) > MAX_PARTS:
            raise NotToKeep
        return type(value), reader(value, self._shape)


def fresh(value: Value, function: Function) -> Value:
    """Return the result for one caller: a list or dict that the function made is the caller's own."""
    if not isinstance(value, GROWING) or id(value) in map(id, function.module.scope.names.values()):
        return value
    return Items(list(value.elements), value.exact) if isinstance(value, Items) else value.copy()


def copied(value: Value, instead: Callable[[Value], Value | None]) -> Value:
    """Return the value with everything in it that can change made anew, or replaced."""
    copies: dict[int, Value] = {}

    def copy(item: Any) -> Any:
        known_copy = copies.get(id(item)) or instead(item)
        if known_copy is None and (build := COPIES.get(type(item))) is not None:
            return build(item, copy, copies)
        return item if known_copy is None else known_copy

    return copy(value)  # type: ignore[no-any-return]


def _of_args(args: Args, shape: Each) -> Hashable:
    named = tuple([(name, shape(value)) for name, value in args.keywords.items()])
    return args.loose, args.starred, tuple([shape(value) for value in args.positional]), named


def _of_function(value: Function, shape: Each) -> Hashable:
    if value.scope.block == "closure":
        raise NotToKeep
    return value.node, shape(value.receiver) if value.receiver is not None else None


def _of_table(value: Table, shape: Each) -> Hashable:
    keys = tuple([(name, shape(part)) for name, part in value.keys.items()])
    rest = tuple([shape(part) for part in value.rest])
    return keys, rest, value.open, tuple([shape(part) for part in value.rest_keys])


def _of_names(names: dict[str, Value], shape: Each) -> Hashable:
    return tuple([(name, shape(part)) for name, part in names.items()])


PARTS: dict[type[Value], Callable[[Any, Each], Hashable]] = {
    Items: lambda value, shape: (value.exact, tuple([shape(part) for part in value.elements])),
    Table: _of_table,
    Object: lambda value, shape: (value.info, _of_names(value.attrs, shape), _of_names(value.binds, shape)),
    Namespace: lambda value, shape: _of_names(value.attrs, shape),
    Union: lambda value, shape: tuple([shape(part) for part in value.options]),
    Bound: lambda value, shape: (shape(value.receiver), value.name),
    Function: _of_function,
    VarsOf: lambda value, shape: shape(value.instance),
    Partial: lambda value, shape: (shape(value.callee), _of_args(value.args, shape)),
    MethodCaller: lambda value, shape: (shape(value.name), _of_args(value.args, shape)),
    Context: lambda value, shape: shape(value.value),
    Returns: lambda value, shape: shape(value.value),
    TypeHint: lambda value, shape: shape(value.value),
}
MUTABLE = frozenset((Items, Table, Object, Namespace))


def _copy_items(value: Items, copy: Each, copies: dict[int, Value]) -> Value:
    copies[id(value)] = new = Items([], value.exact)
    new.elements = [copy(element) for element in value.elements]
    return new


def _copy_table(value: Table, copy: Each, copies: dict[int, Value]) -> Value:
    copies[id(value)] = new = Table(open=value.open)
    new.keys = {name: copy(part) for name, part in value.keys.items()}
    new.rest = [copy(part) for part in value.rest]
    new.rest_keys = [copy(part) for part in value.rest_keys]
    return new


def _copy_object(value: Object, copy: Each, copies: dict[int, Value]) -> Value:
    copies[id(value)] = new = Object(value.info)
    new.attrs = {name: copy(attr) for name, attr in value.attrs.items()}
    new.binds = {name: copy(attr) for name, attr in value.binds.items()}
    return new


def _copy_namespace(value: Namespace, copy: Each, copies: dict[int, Value]) -> Value:
    copies[id(value)] = new = Namespace()
    new.attrs = {name: copy(attr) for name, attr in value.attrs.items()}
    return new


def _copy_function(value: Function, copy: Each, copies: dict[int, Value]) -> Value:
    if value.scope.block == "closure":
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
    Union: lambda value, copy, _: Union(tuple([copy(part) for part in value.options])),
    Bound: lambda value, copy, _: Bound(copy(value.receiver), value.name),
    VarsOf: lambda value, copy, _: VarsOf(copy(value.instance)),
    Partial: lambda value, copy, _: Partial(copy(value.callee), _copy_args(value.args, copy)),
    MethodCaller: lambda value, copy, _: MethodCaller(copy(value.name), _copy_args(value.args, copy)),
    Context: lambda value, copy, _: Context(copy(value.value)),
    Returns: lambda value, copy, _: Returns(copy(value.value)),
    TypeHint: lambda value, copy, _: TypeHint(copy(value.value)),
}
