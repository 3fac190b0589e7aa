"""A project: its modules, its tracked models, what imports mean, and what was learned on the way."""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from collections.abc import Hashable

from ownedfields.config import Config
from ownedfields.engine.data.declarations import ClassInfo, Function, Imported, ModelClass, Module, Tracked
from ownedfields.engine.data.values import UNKNOWN, ModuleRef, Symbol, Value
from ownedfields.engine.files.cross_file_facts import CrossFileFacts
from ownedfields.engine.files.modules import ModuleIndex, Reader, parse
from ownedfields.engine.files.tracked import Hints, Vocabulary, tracked_models
from ownedfields.engine.judging.effects import Effects
from ownedfields.engine.judging.joins import Meetings
from ownedfields.engine.reading.call_cache import Cut, Known

APP_LABEL = re.compile(r"^\s+label\s*(?::\s*\w+\s*)?=\s*[\"'](\w+)[\"']", re.MULTILINE)


class Project(ABC):
    """Loads modules on demand and remembers which module needed which, and all that frames have learned."""

    def __init__(self, config: Config, paths: list[str], reader: Reader) -> None:
        self.config = config
        self.tracked: list[Tracked] = tracked_models(config)
        self.hints = Hints(self.tracked)
        self.index = ModuleIndex(paths)
        self.strict = config.strict
        self.dispatched: dict[ast.AST, Tracked] = {}
        self.senders: dict[ast.AST, set[Tracked]] = {}
        self.promises: dict[ast.AST, Value] = {}
        self.declared: dict[ast.arg, Value] = {}
        self.expected: dict[ast.arg, Value] = {}
        self.summaries: dict[ast.AST, Value] = {}
        self.writers: set[ast.AST] = set()
        self._late: set[str] = set()
        self.known_calls: dict[Hashable, Known] = {}
        self.cut = Cut()
        self.direct: set[tuple[str, int, int, str]] = set()
        self.mattering: dict[ast.AST, bool] = {}
        self.reviewed: set[ast.AST] = set()
        self.speaking: dict[ast.AST, bool] = {}
        self.reverse_names = {model.name.lower(): model for model in self.tracked}
        self.words = frozenset(name for model in self.tracked for name in model.fields)
        self.telling = self.words | {model.table for model in self.tracked}
        self.vocabulary = Vocabulary(self.hints, self.words, self.telling)
        self.facts = CrossFileFacts(self.vocabulary)
        self.effects = Effects(config, self.facts)
        self.meetings = Meetings(config, self.effects)
        self.fixtures: dict[str, dict[object, Function]] = {}
        self._by_path = {model.path: model for model in self.tracked}
        self.source_of = reader
        self.modules: dict[str, Module | None] = {}
        self._roots: dict[str, bool] = {}
        self._resolved: dict[tuple[str, str, str], Value] = {}
        self._resolving: set[tuple[str, str, str]] = set()
        self._related = {name: model for model in self.tracked for name in model.related}

    @property
    def related_names(self) -> dict[str, Tracked]:
        """Return the models by the names of their related managers."""
        return self._related

    def related(self, name: str) -> Tracked | None:
        """Return the model whose rows a related manager of this name hands out."""
        return self._related.get(name)

    def learn_related(self, name: str, model: Tracked) -> None:
        """A relation of the model's own class says how others reach it."""
        self._related.setdefault(name, model)
        model.related.add(name)

    def model_named(self, label: str) -> Tracked | None:
        """Return the model of `app.Model` or of an import path."""
        if label in self._by_path:
            return self._by_path[label]
        return next((model for model in self.tracked if model.is_named(label)), None)

    def load_models(self) -> None:
        """Read the module of every tracked model, so that its managers and relations are known."""
        for model in self.tracked:
            self._learn_app_label(model)
            self.load(model.module)

    def _learn_app_label(self, model: Tracked) -> None:
        """The label that the app's configuration gives, where it differs from the folder's name."""
        parts = model.module.split(".")
        for length in range(len(parts) - 1, 0, -1):
            path = self.index.path_of(".".join([*parts[:length], "apps"]))
            if path is None:
                continue
            label = APP_LABEL.search(self.source_of(path).decode("utf-8", "replace"))
            if label is not None and not any(guard.app_label for guard in model.guards):
                has_table = any(guard.table for guard in model.guards)
                model.table = model.table if has_table else f"{label[1]}_{model.name.lower()}"
                model.app_label = label[1]
            return

    def load(self, dotted: str, needed_by: Module | None = None) -> Module | None:
        """Return the module of an import path, evaluated; None when it is not one of the project's."""
        path = self.index.path_of(dotted)
        if path is None:
            return None
        if needed_by is not None:
            needed_by.needs.add(path)
        return self.module_at(path)

    def module_at(self, path: str) -> Module | None:
        """Return the module in a file, evaluated; None when it cannot be parsed."""
        if path not in self.modules:
            self.modules[path] = None
            try:
                module = parse(path, self.index.dotted_of(path), self.source_of(path))
            except (SyntaxError, ValueError, RecursionError, OSError):
                return None
            self.modules[path] = module
            self.evaluate(module)
        return self.modules[path]

    @abstractmethod
    def evaluate(self, module: Module) -> None:
        """Read the body of a module, once it is among the project's."""

    @abstractmethod
    def review(self, function: Function, receiver: Value | None) -> None:
        """Read the body of one function with nothing known of its caller."""

    def is_loaded(self, path: str) -> bool:
        """Return True if the file was read already."""
        return self.modules.get(path) is not None

    def imported(self, module: Module, source: str, name: str) -> Value:
        """Return the value that `from source import name` binds in `module`."""
        model = self._by_path.get(f"{source}.{name}")
        if model is not None:
            self.load(source, module)
            return ModelClass(model, model.info)
        imported_module = self.load(source, module)
        if imported_module is not None:
            value = imported_module.scope.names.get(name)
            if value is not None:
                return self.resolve(value)
            if self.index.path_of(f"{source}.{name}") is not None:
                return ModuleRef(f"{source}.{name}")
            return self._lazily(imported_module, name) or UNKNOWN
        return self._foreign(source, name)

    def resolve(self, value: Value) -> Value:
        """Return the thing behind an import that was not looked up yet."""
        if not isinstance(value, Imported):
            return value
        if not value.name:
            return self._module(value.source)
        key = (value.module.path, value.source, value.name)
        entry = self._resolved.get(key)
        if entry is not None:
            return entry
        if key in self._resolving:
            return UNKNOWN
        self._resolving.add(key)
        try:
            result = self.imported(value.module, value.source, value.name)
        finally:
            self._resolving.discard(key)
        if self._is_settled(value.source):
            self._resolved[key] = result
        return result

    def _is_settled(self, source: str) -> bool:
        """Return True if a module will bind no other value to its names: it was read to its end, or is not ours."""
        path = self.index.path_of(source)
        module = self.modules.get(path) if path is not None else None
        return not self._resolving and (path is None or (module is not None and module.evaluated))

    def submodule(self, module: Module, dotted: str, name: str) -> Value:
        """`dotted.name`, where `dotted` is an imported module or package."""
        if self.index.path_of(f"{dotted}.{name}") is not None:
            loaded_module = self.load(dotted, module)
            value = loaded_module.scope.names.get(name) if loaded_module is not None else None
            return self.resolve(value) if value is not None else ModuleRef(f"{dotted}.{name}")
        if self.index.path_of(dotted) is None and not any(m.module.startswith(f"{dotted}.") for m in self.tracked):
            return self._foreign(dotted, name)
        if any(model.module == f"{dotted}.{name}" for model in self.tracked):
            return ModuleRef(f"{dotted}.{name}")
        return self.resolve(Imported(dotted, name, module))

    def _module(self, dotted: str) -> Value:
        is_ours = self.is_ours(dotted) or any(f"{model.module}.".startswith(f"{dotted}.") for model in self.tracked)
        return ModuleRef(dotted) if is_ours else Symbol(dotted)

    def module_value(self, module: Module, dotted: str) -> Value:
        """`import_module(dotted)`."""
        return self._module(dotted)

    def is_ours(self, dotted: str) -> bool:
        """Return True if an import path belongs to the project, even where its file is missing."""
        root = dotted.partition(".")[0]
        if root not in self._roots:
            self._roots[root] = self.index.knows_package(root)
        return self._roots[root]

    def dependencies(self, path: str) -> set[str]:
        """Return every file that the judgement of `path` rests on."""
        visited: set[str] = set()
        queue = [path]
        while queue:
            module = self.modules.get(queue.pop())
            for needed in module.needs if module is not None else ():
                if needed not in visited:
                    visited.add(needed)
                    queue.append(needed)
        return visited - {path}

    def reconsider(self, info: ClassInfo) -> None:
        """Read the methods of a class again, because it was understood after its file was read."""
        self._late.add(info.module.path)
        self.facts.note_late(info.module.path)
        methods = [function for function in info.names.values() if isinstance(function, Function)]
        for method in methods:
            self.forget(method)
        if info.module.checked:
            info.module.checked = False
            info.module.pending += [(function, None) for function in methods]

    def forget(self, function: Function) -> None:
        """Something was learned of the function's parameters: what was read of it does not count."""
        self.reviewed.discard(function.node)
        self.summaries.pop(function.node, None)

    def take_late(self) -> set[str]:
        """Return the files that must be judged (again) for what was learned of their classes."""
        late, self._late = self._late, set()
        return late

    def tracked_class(self, info: ClassInfo) -> Tracked | None:
        """Return the tracked model that this class statement defines, if it is one."""
        model = next((tracked for tracked in self.tracked if tracked.name == info.name), None)
        if model is None or info.outer.block != "module":
            return None
        return model if self._same_module(model.module, info.module) else None

    def _same_module(self, dotted: str, module: Module) -> bool:
        return module.dotted == dotted or self.index.path_of(dotted) == module.path

    def _lazily(self, module: Module, name: str) -> Value | None:
        model = next((alias for alias in self.tracked if alias.name == name), None)
        if model is not None and self._same_module(model.module, module):
            return ModelClass(model, model.info)
        for node in module.tree.body:
            if isinstance(node, ast.ImportFrom) and any((alias.asname or alias.name) == name for alias in node.names):
                original = next(alias.name for alias in node.names if (alias.asname or alias.name) == name)
                source = module.absolute(node.module, node.level)
                return None if source == module.dotted else self._once(module, source, original)
        return None

    def _once(self, module: Module, source: str, name: str) -> Value | None:
        value = self.resolve(Imported(source, name, module))
        return None if value == UNKNOWN else value

    def _foreign(self, source: str, name: str) -> Value:
        for model in self.tracked:
            if name == model.name and f".{model.module}".endswith(f".{source}") and "." in source:
                return ModelClass(model, model.info)
        return Symbol(f"{source}.{name}")
