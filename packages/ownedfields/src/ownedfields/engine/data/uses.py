"""Values that stand for a use of other values: calls with arguments, relations, forms, type expressions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ownedfields.engine.data.declarations import ClassInfo, Tracked
from ownedfields.engine.data.values import Value


@dataclass(unsafe_hash=True, slots=True)
class Relation(Value):
    """A model field that leads to other rows."""

    target: Value
    field_class: str
    related_name: str = ""


@dataclass(unsafe_hash=True, slots=True)
class Carrier(Value):
    """A form, serializer, view, admin or factory that works on a tracked model."""

    model: Tracked
    info: ClassInfo | None = None


@dataclass(unsafe_hash=True, slots=True)
class Parent(Value):
    """`super()`: the receiver, seen as one of its bases."""

    receiver: Value


@dataclass(unsafe_hash=True, slots=True)
class Context(Value):
    """A context manager that hands out a value."""

    value: Value


@dataclass(unsafe_hash=True, slots=True)
class Returns(Value):
    """A callable of which only the result is known."""

    value: Value


@dataclass(unsafe_hash=True, slots=True)
class TypeHint(Value):
    """A type expression bound to a name; what it stands for as an annotation."""

    value: Value


@dataclass(unsafe_hash=True, slots=True)
class Narrowed(Value):
    """A test that, where it holds, makes its argument this value (a TypeGuard's result)."""

    value: Value


@dataclass(unsafe_hash=True, slots=True)
class Getter(Value):
    """`operator.attrgetter(path)`."""

    path: str


@dataclass(eq=False, slots=True)
class MethodCaller(Value):
    """`operator.methodcaller(name, ...)`."""

    name: Value
    args: Args


@dataclass(eq=False, slots=True)
class Partial(Value):
    """`functools.partial` and its relatives."""

    callee: Value
    args: Args


class Args:
    """The arguments of a call, splats unfolded as far as they are known."""

    __slots__ = ("keywords", "loose", "positional", "starred")

    def __init__(
        self,
        positional: list[Value] | None = None,
        keywords: dict[str, Value] | None = None,
        loose: bool = False,
        starred: bool = False,
    ) -> None:
        self.positional = positional if positional is not None else []
        self.keywords = keywords if keywords is not None else {}
        self.loose = loose
        self.starred = starred

    def get(self, index: int, name: str) -> Value | None:
        """Return the argument at a position or under a name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[index] if 0 <= index < len(self.positional) else None

    def all(self) -> Iterator[Value]:
        """Yield every argument value."""
        yield from self.positional
        yield from self.keywords.values()
