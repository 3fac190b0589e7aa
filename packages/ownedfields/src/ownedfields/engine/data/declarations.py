"""The modules, classes, functions and tracked models of a project, which lead to each other, and their values."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from ownedfields.config import Guard
from ownedfields.engine.data.scopes import Scope
from ownedfields.engine.data.values import Symbol, Value
from ownedfields.engine.files.syntax import stores_of
from ownedfields.engine.judging.raw_findings import Hits
from ownedfields.findings import Evidence


class Module:
    """A file: its tree, its module scope, and the hits in it."""

    def __init__(self, path: str, dotted: str, tree: ast.Module, source: str) -> None:
        self.path = path
        self.dotted = dotted
        self.tree = tree
        self.source = source
        self.lines = source.split("\n")
        self.has_walrus = ":=" in source
        self.scope = Scope("module")
        self.hits = Hits()
        self.classes: list[ClassInfo] = []
        self.pending: list[tuple[Function, Value | None]] = []
        self.wrapped: list[tuple[Function, Function]] = []
        self.needs: set[str] = set()
        self.evaluated = False
        self.checked = False
        self.calls_left = 6000

    @property
    def is_package(self) -> bool:
        """Return True if the file is a package's `__init__`."""
        return self.path.endswith(("__init__.py", "__init__.pyi"))

    def snippet(self, line: int) -> str:
        """Return the text of a line, as evidence."""
        return self.lines[line - 1].strip()[:120] if 0 < line <= len(self.lines) else ""

    def absolute(self, name: str | None, level: int) -> str:
        """Return the absolute path that `from ...name import` means here."""
        if not level:
            return name or ""
        parts = self.dotted.split(".")
        keep = len(parts) - level + (1 if self.is_package else 0)
        return ".".join([*parts[: max(keep, 0)], *([name] if name else [])])


class ClassInfo:
    """A class statement."""

    def __init__(self, node: ast.ClassDef, module: Module, outer: Scope, bases: list[Value]) -> None:
        self.node = node
        self.name = node.name
        self.module = module
        self.outer = outer
        self.bases = bases
        self.names: dict[str, Value] = {}
        self.annotations: dict[str, ast.expr] = {}
        self.model: Tracked | None = None
        self.works_on: Tracked | None = None
        self.is_rows_of: Tracked | None = None
        self.reverse: dict[str, tuple[ClassInfo, str]] = {}
        self.binds: dict[str, Value] = {}
        self.stored: dict[str, list[Value]] = {}
        self.surveyed: set[str] = set()
        self._stores: dict[str, list[str]] | None = None
        self._ancestry: tuple[ClassInfo, ...] = ()

    @property
    def path(self) -> str:
        """Return the import path of the class."""
        return f"{self.module.dotted}.{self.name}"

    def ancestry(self) -> tuple[ClassInfo, ...]:
        """This class and every readable base, nearest first."""
        if not self._ancestry:
            classes: list[ClassInfo] = []
            queue: list[ClassInfo] = [self]
            while queue:
                info = queue.pop(0)
                if info not in classes:
                    classes.append(info)
                    queue.extend(base for value in info.bases if (base := info_of(value)) is not None)
            self._ancestry = tuple(classes)
        return self._ancestry

    def find(self, name: str) -> Value | None:
        """Return the value that the class body or a base binds to `name`."""
        for info in self.ancestry():
            if name in info.names:
                return info.names[name]
        return None

    def annotation(self, name: str) -> tuple[ast.expr, ClassInfo] | None:
        """Return the annotation of a class-level name."""
        for info in self.ancestry():
            if name in info.annotations:
                return info.annotations[name], info
        return None

    def foreign_bases(self) -> list[str]:
        """Import paths of the bases that cannot be read."""
        return [base.dotted for info in self.ancestry() for base in info.bases if isinstance(base, Symbol)]

    def methods_that_store(self, attribute: str) -> list[str]:
        """Names of the methods with `self.attribute = ...`."""
        if self._stores is None:
            self._stores = stores_of(self.node)
        return self._stores.get(attribute, [])

    def is_readable(self) -> bool:
        """Return True if every base is readable or surely knows nothing of the project."""
        return all(not isinstance(base, Value) or isinstance(base, Class | Symbol | ModelClass) for base in self.bases)

    def method(self, name: str) -> Function | None:
        """Return a function of the class body."""
        result = self.names.get(name)
        return result if isinstance(result, Function) else None


@dataclass(eq=False, slots=True)
class Tracked:
    """A guarded model, with every name by which code may reach it."""

    path: str
    app_label: str
    table: str
    guards: list[Guard] = field(default_factory=list)
    fields: frozenset[str] = frozenset()
    hints: set[str] = field(default_factory=set)
    related: set[str] = field(default_factory=set)
    legacy: set[str] = field(default_factory=set)
    columns: dict[str, str] = field(default_factory=dict)
    positions: list[str] = field(default_factory=list)
    managers: set[str] = field(default_factory=set)
    info: ClassInfo | None = None
    row_classes: list[ClassInfo] = field(default_factory=list)
    reverse: dict[str, tuple[ClassInfo, str]] = field(default_factory=dict)
    base_classes: list[ClassInfo] = field(default_factory=list)
    _homes: dict[str, bool] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the class name."""
        return self.path.rpartition(".")[2]

    @property
    def module(self) -> str:
        """Return the module of the class."""
        return self.path.rpartition(".")[0]

    def protect(self, guard: Guard) -> None:
        """Add a guard of the model."""
        self.guards.append(guard)
        self.fields |= {*guard.fields}

    def field_of(self, name: str) -> str | None:
        """Return the protected field that an attribute, keyword or column name writes, if any."""
        if name in self.fields:
            return name
        return self.columns.get(name)

    def is_at_home(self, path: str) -> bool:
        """Return True if the file owns every protected field, so that calling what it does is nobody's business."""
        is_home = self._homes.get(path)
        if is_home is None:
            is_home = self._homes[path] = all(guard.is_owner(path) for guard in self.guards)
        return is_home

    def is_named(self, label: str) -> bool:
        """Return True if `app.Model`, a full import path or a bare name means this model."""
        app, _, name = label.rpartition(".")
        if name.lower() != self.name.lower() and name not in self.legacy:
            return False
        return not app or app.lower() == self.app_label.lower() or label == self.path or app == self.module


@dataclass(unsafe_hash=True, slots=True)
class ModelClass(Value):
    """A tracked model, or a subclass of it."""

    model: Tracked
    info: ClassInfo | None = None
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(unsafe_hash=True, slots=True)
class Instance(Value):
    """A row of a tracked model."""

    model: Tracked
    evidence: Evidence | None = field(default=None, compare=False)
    info: ClassInfo | None = None


@dataclass(unsafe_hash=True, slots=True)
class Rows(Value):
    """A manager or a queryset of a tracked model."""

    model: Tracked
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(unsafe_hash=True, slots=True)
class ForeignRows(Value):
    """A manager or queryset of a readable model that no guard speaks of."""

    info: ClassInfo


@dataclass(unsafe_hash=True, slots=True)
class ModelMeta(Value):
    """`Model._meta` of a tracked model."""

    model: Tracked


@dataclass(unsafe_hash=True, slots=True)
class FieldOf(Value):
    """A field, or its descriptor, of a tracked model; "*" when it is not known which."""

    model: Tracked
    name: str


@dataclass(unsafe_hash=True, slots=True)
class Imported(Value):
    """A name bound by an import and not looked up yet; without a name, a module."""

    source: str
    name: str
    module: Module = field(compare=False)


@dataclass(unsafe_hash=True, slots=True)
class Function(Value):
    """A function or lambda whose body can be read."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    module: Module = field(compare=False)
    scope: Scope = field(compare=False)
    info: ClassInfo | None = field(default=None, compare=False)
    receiver: Value | None = field(default=None, compare=False)


@dataclass(unsafe_hash=True, slots=True)
class Class(Value):
    """A class whose body can be read."""

    info: ClassInfo


@dataclass(eq=False, slots=True)
class Object(Value):
    """An object of a readable class, with what its attributes were set to."""

    info: ClassInfo
    attrs: dict[str, Value] = field(default_factory=dict)
    binds: dict[str, Value] = field(default_factory=dict)


def info_of(value: Value) -> ClassInfo | None:
    """Return the readable class behind a value."""
    if isinstance(value, Class | ModelClass):
        return value.info
    return None
