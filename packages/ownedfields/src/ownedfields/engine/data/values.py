"""The values of expressions, as far as the guards care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

HOLE = "\0"
MAX_TEXTS = 40
MAX_OPTIONS = 12


class Value:
    """A value that an expression may have.

    A value with a hash is never changed. It is not frozen, because making a frozen one takes three times as long.
    """

    __slots__ = ()


@dataclass(unsafe_hash=True, slots=True)
class Unknown(Value):
    """Nothing is known but the name it was reached by."""

    hint: str = ""


@dataclass(unsafe_hash=True, slots=True)
class Other(Value):
    """Surely not a guarded thing: a number, another class's object, a third party's result."""

    label: str = ""


@dataclass(unsafe_hash=True, slots=True)
class Text(Value):
    """A string with these possible contents; HOLE stands for an unknown part."""

    options: frozenset[str]


@dataclass(unsafe_hash=True, slots=True)
class VarsOf(Value):
    """`run.__dict__` or `vars(run)`."""

    instance: Value


@dataclass(eq=False, slots=True)
class Items(Value):
    """A list, tuple, set or iterator. Shared and mutable, as in the program that is read."""

    elements: list[Value] = field(default_factory=list)
    exact: bool = False

    def element(self) -> Value:
        """Return the value that iterating yields."""
        return join(self.elements) if self.elements else Unknown()


@dataclass(eq=False, slots=True)
class Table(Value):
    """A dict: what is known of its string keys, the values under other keys, and whether more keys are possible."""

    keys: dict[str, Value] = field(default_factory=dict)
    rest: list[Value] = field(default_factory=list)
    open: bool = False
    rest_keys: list[Value] = field(default_factory=list)

    def value(self) -> Value:
        """Return the value that any key may hold."""
        return join([*self.keys.values(), *self.rest]) if self.keys or self.rest else Unknown()

    def copy(self) -> Table:
        """Return a dict of its own with the same content."""
        return Table(dict(self.keys), list(self.rest), self.open, list(self.rest_keys))


@dataclass(unsafe_hash=True, slots=True)
class Bound(Value):
    """A method, or any attribute that may be called, of a receiver."""

    receiver: Value
    name: str


@dataclass(unsafe_hash=True, slots=True)
class Symbol(Value):
    """A thing of another library or a builtin, by its import path."""

    dotted: str

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return self.dotted.rpartition(".")[2]


@dataclass(unsafe_hash=True, slots=True)
class ModuleRef(Value):
    """An imported module, by its import path."""

    dotted: str


@dataclass(eq=False, slots=True)
class Namespace(Value):
    """An object with free attributes, such as SimpleNamespace."""

    attrs: dict[str, Value] = field(default_factory=dict)


@dataclass(unsafe_hash=True, slots=True)
class Union(Value):
    """A value that is one of several."""

    options: tuple[Value, ...]


NO_TEXTS: frozenset[str] = frozenset()
SPEAKING = frozenset((Text, Union))
EMPTY = frozenset((Unknown, Other))
NOTHING = Other("None")
UNKNOWN = Unknown()


def text(*options: str) -> Text:
    """Return a string that is one of `options`."""
    return Text(frozenset(options))


def plain(value: Value) -> Value:
    """Return an attribute of something unknown, seen as what it may hold rather than as what may be called."""
    if type(value) is Bound and type(plain(value.receiver)) is Unknown:
        return Unknown(value.name)
    return value


def options_of(value: Value) -> tuple[Value, ...]:
    """Return the alternatives of a value."""
    return value.options if type(value) is Union else (value,)


def join(values: Sequence[Value]) -> Value:
    """Return a value that may be any of `values`."""
    if len(values) == 1:
        return values[0]
    flat: list[Value] = []
    texts: set[str] = set()
    for value in values:
        for option in value.options if type(value) is Union else (value,):
            if type(option) is Text:
                texts |= option.options
            elif option not in flat:
                flat.append(option)
    if texts:
        flat.append(Text(frozenset(sorted(texts)[:MAX_TEXTS])))
    if not flat:
        return UNKNOWN
    if len(flat) == 1:
        return flat[0]
    owned = [option for option in flat if type(option) not in EMPTY]
    rest = [option for option in flat if type(option) in EMPTY]
    return Union(tuple((owned + rest)[:MAX_OPTIONS]))


def texts_of(value: Value | None) -> frozenset[str]:
    """Return the complete strings that a value may be."""
    if value is None or type(value) not in SPEAKING:
        return NO_TEXTS
    texts: set[str] = set()
    for option in options_of(value):
        if isinstance(option, Text):
            texts |= {text for text in option.options if HOLE not in text}
    return frozenset(texts)


def element_texts(value: Value | None) -> frozenset[str]:
    """Return the complete strings that the elements, or keys, of a value may be."""
    texts: set[str] = set()
    for option in options_of(value) if value is not None else ():
        if isinstance(option, Items):
            for element in option.elements:
                texts |= texts_of(element)
        elif isinstance(option, Table):
            texts |= set(option.keys)
    return frozenset(texts)
