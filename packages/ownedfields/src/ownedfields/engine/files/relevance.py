"""Choose the functions worth reading: those that say a relevant word, or call one that does."""

from __future__ import annotations

from ownedfields.engine.data.declarations import Function, Imported, Instance, ModelClass, Module, Object, Rows
from ownedfields.engine.data.values import ModuleRef, Table, Text, Value
from ownedfields.engine.files.project import Project
from ownedfields.engine.files.words import words_of

DYNAMIC = frozenset(
    (
        "setattr delattr __dict__ vars exec eval update_fields execute executemany __setattr__ __delattr__ "
        "locals globals import_string import_module get_model"
    ).split()
)


class Relevance:
    """Answers for one module."""

    def __init__(self, project: Project, module: Module) -> None:
        self._module = module
        self._words: dict[object, frozenset[str]] = {}
        self._known = _known_words(project, module)
        self._grow()

    def of(self, function: Function) -> bool:
        """Return True if the function may write, call or store something of interest."""
        info = function.info
        if info is not None and (info.model or info.is_rows_of or info.works_on) is not None:
            return True
        return not self._words_of(function).isdisjoint(self._known)

    def _words_of(self, function: Function) -> frozenset[str]:
        if function.node not in self._words:
            node = function.node
            first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
            text = "\n".join(self._module.lines[first - 1 : node.end_lineno])
            self._words[node] = words_of(text)
        return self._words[function.node]

    def _grow(self) -> None:
        """A function that is relevant makes those that call it relevant."""
        functions = [function for function, _ in self._module.pending]
        grown = True
        while grown:
            grown = False
            for function in functions:
                name = getattr(function.node, "name", "")
                if name not in self._known and self.of(function):
                    self._known.add(name)
                    grown = True


def _known_words(project: Project, module: Module) -> set[str]:
    words = set(DYNAMIC) | set(project.words) | project.meetings.names
    words |= project.hints.among(words_of(module.source))
    for model in project.tracked:
        words |= {model.name, model.name.lower(), model.table, *model.related, *model.legacy, *model.reverse}
    for name, value in module.scope.names.items():
        if isinstance(value, Imported):
            if project.is_ours(value.source):
                words.add(name)
        elif isinstance(value, Instance | Rows | ModelClass | ModuleRef | Object | Table) or _names_protected(
            project, value
        ):
            words.add(name)
    return words


def _names_protected(project: Project, value: Value) -> bool:
    """Return True if a constant is the name of a protected field or of a guarded table."""
    return isinstance(value, Text) and not value.options.isdisjoint(project.telling)
