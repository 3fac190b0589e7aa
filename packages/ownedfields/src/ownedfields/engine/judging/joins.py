"""Two things that must not meet in one file: what is called and stored there."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from ownedfields.config import Config
from ownedfields.engine.data.declarations import Class, Function, Instance, ModelClass, Object, Rows
from ownedfields.engine.data.uses import Args, Partial
from ownedfields.engine.data.values import Bound, Symbol, Unknown, Value, options_of
from ownedfields.engine.judging.effects import Effects
from ownedfields.engine.judging.positions import Position

DEFERRING = frozenset({"delay", "apply_async", "enqueue", "si", "s", "send", "defer", "configure", "using", "aenqueue"})


class Pattern:
    """An entry of `calls`: `.notify(+)` (a method, with arguments), `send_mail`, `Notice.objects.create`."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.needs_arguments = source.endswith("(+)")
        bare = re.sub(r"\(.*\)$", "", source)
        self.is_method = bare.startswith(".")
        self.path = bare.strip(".")
        self.name = self.path.rpartition(".")[2]

    def matches(self, dotted: str) -> bool:
        """Return True if a callee's path is the pattern's, or ends with it."""
        if self.is_method and "." not in dotted:
            return False
        return dotted == self.path or dotted.endswith(f".{self.path}")


class Meetings:
    """Watches calls for the patterns of the `together` rules."""

    def __init__(self, config: Config, effects: Effects) -> None:
        self._effects = effects
        self.patterns = [Pattern(source) for rule in config.together for source in rule.calls]
        self.names = {pattern.name for pattern in self.patterns}
        self._names = {pattern.name for pattern in self.patterns} | DEFERRING
        self.signals = [name for rule in config.together for name in rule.signals]

    def note_call(self, position: Position, callee: Value, args: Args, node: ast.AST, name: str = "") -> None:
        """Remember a call, spelled with this name, that some rule speaks of."""
        if not self.patterns or not (name in self._names or self._may_match(callee)):
            return
        spelled = _spelled(node.func) if isinstance(node, ast.Call) else ""
        names = {spelled} | {name for option in options_of(callee) for name in _paths(option)}
        names |= {name.rpartition(".")[0] for name in names if name.rpartition(".")[2] in DEFERRING}
        for pattern in self.patterns:
            if pattern.needs_arguments and not (args.positional or args.keywords or args.loose or args.starred):
                continue
            if any(pattern.matches(name) for name in names if name):
                self._effects.call(position, pattern.source, node)

    def _may_match(self, callee: Value) -> bool:
        for option in options_of(callee):  # noqa: SIM110 - asked at every call
            if type(option) is Partial or _last_name(option) in self._names:
                return True
        return False


def _last_name(value: Value) -> str:
    name = LAST_NAMES.get(type(value))
    return name(value) if name is not None else ""


LAST_NAMES: dict[type[Value], Callable[[Any], str]] = {
    Bound: attrgetter("name"),
    Symbol: attrgetter("name"),
    Function: lambda value: getattr(value.node, "name", ""),
    Unknown: attrgetter("hint"),
    Class: attrgetter("info.name"),
}


def _spelled(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


def _paths(value: Value) -> list[str]:
    if isinstance(value, Symbol):
        return [value.dotted]
    if isinstance(value, Partial):
        return [path for option in options_of(value.callee) for path in _paths(option)]
    if isinstance(value, Class):
        return [value.info.path]
    if isinstance(value, ModelClass):
        return [value.model.path]
    if isinstance(value, Function):
        name = getattr(value.node, "name", "")
        owner = f"{value.info.name}." if value.info is not None else ""
        return [f"{value.module.dotted}.{owner}{name}"] if name else []
    if isinstance(value, Unknown):
        return [value.hint]
    if isinstance(value, Bound):
        return [f"{prefix}.{value.name}" for prefix in _receivers(value.receiver)]
    return []


def _receivers(value: Value) -> list[str]:
    results = []
    for option in options_of(value):
        if isinstance(option, Rows):
            results.append(f"{option.model.name}.objects")
        elif isinstance(option, Instance | ModelClass):
            results.append(option.model.name)
        elif isinstance(option, Object):
            results.append(option.info.path)
        elif isinstance(option, Bound | Symbol | Class):
            results.extend(_paths(option))
        else:
            results.append("?")
    return results
