"""Facts about one file that only the reading of another reveals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ownedfields.engine.data.declarations import Module, Object
from ownedfields.engine.data.values import Items, Namespace, Table, Value
from ownedfields.engine.files.tracked import Vocabulary
from ownedfields.engine.judging.interest import any_interesting


class CrossFileFact(NamedTuple):
    """The file whose reading revealed it, the module that it is about, and the attribute if it is about one alone."""

    source: str
    about: str
    attribute: str = ""


class CrossFileFacts:
    """The facts of the judged files, by module. Every process knows the facts from before the first judgement."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.judged = ""
        self.recorded: set[CrossFileFact] = set()
        self.late: set[CrossFileFact] = set()
        self.requests: set[tuple[str, str, str]] = set()
        self._filled: dict[str, int] = {}

    def note(self, path: str, attribute: str = "") -> None:
        """Record that more is known of the module than reading it reveals."""
        if self.judged:
            self.recorded.add(CrossFileFact(self.judged, path, attribute))

    def note_late(self, path: str) -> None:
        """Record that a class of the module was understood after its file may have been judged."""
        self.note(path)
        if self.judged:
            self.late.add(CrossFileFact(self.judged, path))

    def note_stored(self, path: str, attribute: str, value: Value) -> None:
        """Record that an attribute of a class of the module was set, unless its value can hold nothing of interest."""
        if self.judged and any_interesting(self._vocabulary, (value,)):
            self.note(path, attribute)

    def note_read(self, module: Module) -> None:
        """Record that the module was read to its end: its lists, dicts and objects hold what it put into them."""
        self._filled[module.path] = _fill(module)

    def note_filled(self, modules: Iterable[Module]) -> None:
        """Record the modules whose lists, dicts or objects functions have filled with something of interest since."""
        for module in modules:
            if self._filled.get(module.path, 0) != _fill(module):
                self._filled[module.path] = _fill(module)
                if any_interesting(self._vocabulary, _holders(module)):
                    self.recorded.add(CrossFileFact("", module.path))


def _fill(module: Module) -> int:
    return sum(map(_size, _holders(module)))


def _holders(module: Module) -> list[Value]:
    return [value for value in module.scope.names.values() if isinstance(value, HOLDERS)]


HOLDERS = (Items, Table, Namespace, Object)


def _size(value: Value) -> int:
    if isinstance(value, Items):
        return len(value.elements)
    if isinstance(value, Table):
        return len(value.keys) + len(value.rest)
    return len(getattr(value, "attrs", ()))
