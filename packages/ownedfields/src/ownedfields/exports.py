"""Names of a file that carry a guarded model: a file that uses them must be read too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from ownedfields.cues import spoken_of
from ownedfields.engine.data.declarations import (
    Class,
    ClassInfo,
    Function,
    Imported,
    Instance,
    ModelClass,
    Module,
    Object,
    Rows,
)
from ownedfields.engine.data.uses import Carrier, Context, Partial, Relation, TypeHint
from ownedfields.engine.data.values import UNKNOWN, Bound, Items, Table, Text, Value, options_of, texts_of
from ownedfields.engine.reading.annotations import annotated_value
from ownedfields.engine.reading.lookups import fixtures_in
from ownedfields.engine.review import ReviewedProject

INITS = ("/__init__.py", "/__init__.pyi")
MAX_DEPTH = 4
MAX_VALUES = 40


class Exports:
    """Answers what carries a guarded model; remembers every class and function it looked into."""

    def __init__(self, project: ReviewedProject, judged: Collection[str] = ()) -> None:
        self._project = project
        self._judged = judged
        self._own = {model.name for model in spoken_of(project.config, project.tracked)}
        self._tables = [model.table for model in project.tracked if model.guards]
        self._classes: dict[ClassInfo, bool] = {}
        self._functions: dict[object, bool] = {}

    def of(self, module: Module) -> list[tuple[str, str, str]]:
        """Return a name, the last part of the module it is imported from, and the folder that module lies in."""
        if module.path.rpartition("/")[2].startswith("test_"):
            return []
        home = module.dotted.rpartition(".")[2]
        folder = module.path.rpartition("/")[0]
        if module.path.endswith(INITS):
            folder = folder.rpartition("/")[0]
        carrying = [
            (name, home, folder)
            for name, value in module.scope.names.items()
            if "." not in name and name[:2] != "__" and name not in self._own and self._carries(value, 0)
        ]
        fixtures = fixtures_in(module) if home == "conftest" else {}
        values = [(str(fixture), "", folder) for fixture, value in fixtures.items() if self._carries(value, 0)]
        return sorted({*carrying, *values})

    def _carries(self, value: Value, depth: int) -> bool:
        if depth <= MAX_DEPTH:
            for option in options_of(value):
                reader = ASKED.get(type(option))
                if reader is not None and reader(self, option, depth + 1):
                    return True
        return False

    def _text(self, value: Text, _depth: int) -> bool:
        return any(table in text for text in value.options for table in self._tables)

    def _import(self, value: Imported, depth: int) -> bool:
        return self._carries(self._loaded(value), depth)

    def _any(self, values: Sequence[Value], depth: int) -> bool:
        return any(self._carries(value, depth) for value in values)

    def _loaded(self, value: Imported) -> Value:
        """Return the value of an import if its module was read anyway, here or by another process."""
        path = self._project.index.path_of(value.source)
        is_known = path is not None and (path in self._judged or self._project.is_loaded(path))
        result = self._project.resolve(value) if is_known else UNKNOWN
        return UNKNOWN if isinstance(result, Imported) else result

    def _function(self, value: Function, depth: int) -> bool:
        if value.node not in self._functions:
            self._functions[value.node] = False
            if value.scope.block == "module" and not self._project.is_relevant(value):
                return False
            entry = self._project.summaries.get(value.node)
            summary = entry if entry is not None else self._project.summary_of(value)
            self._functions[value.node] = self._carries(summary, depth)
        return self._functions[value.node]

    def _class(self, info: ClassInfo, depth: int) -> bool:
        if info not in self._classes:
            self._classes[info] = False
            self._classes[info] = self._class_carries(info, depth)
        return self._classes[info]

    def _class_carries(self, info: ClassInfo, depth: int) -> bool:
        if info.works_on is not None or info.is_rows_of is not None or info.model is not None:
            return True
        for name, value in list(info.names.items()):
            if self._relates(value) or (name[:2] != "__" and self._carries(value, depth)):
                return True
        frame = self._project.frame_for(info.module, info.outer)
        declared = (annotated_value(frame, node) for node in list(info.annotations.values()))
        if any(self._carries(value, depth) for value in declared):
            return True
        return any(self._carries(value, depth) for values in info.stored.values() for value in values)

    def _relates(self, value: Value) -> bool:
        """Return True if a field of the class leads to a guarded model."""
        if not isinstance(value, Relation):
            return False
        named = any(self._project.model_named(label) is not None for label in texts_of(value.target))
        return named or any(isinstance(option, ModelClass) for option in options_of(value.target))


ASKED: dict[type[Value], Callable[[Exports, Any, int], bool]] = {
    **dict.fromkeys((Instance, Rows, ModelClass, Carrier), lambda *_: True),
    Text: Exports._text,
    Imported: Exports._import,
    Function: Exports._function,
    **dict.fromkeys((Class, Object), lambda exports, value, depth: exports._class(value.info, depth)),
    Items: lambda exports, value, depth: exports._any(value.elements[:10], depth),
    Table: lambda exports, value, depth: exports._any([*value.keys.values(), *value.rest][:MAX_VALUES], depth),
    Bound: lambda exports, value, depth: exports._carries(value.receiver, depth),
    Partial: lambda exports, value, depth: exports._carries(value.callee, depth),
    **dict.fromkeys((Context, TypeHint), lambda exports, value, depth: exports._carries(value.value, depth)),
}
