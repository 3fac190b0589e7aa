"""Classes whose body can be read: their attributes, methods and bases, and the model they work on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ownedfields.engine.data.values import Class, Function, ModelClass, Symbol, Value
from ownedfields.engine.files.walking import targets_below

if TYPE_CHECKING:
    from ownedfields.engine.files.modules import Module
    from ownedfields.engine.files.tracked import Tracked
    from ownedfields.engine.reading.scopes import Scope


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

    def find(self, name: str, skip: ClassInfo | None = None) -> Value | None:
        """Return the value that the class body or a base binds to `name`."""
        for info in self.ancestry():
            if info is not skip and name in info.names:
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
            self._stores = _stores_of(self.node)
        return self._stores.get(attribute, [])

    def is_readable(self) -> bool:
        """Return True if every base is readable or surely knows nothing of the project."""
        return all(not isinstance(base, Value) or isinstance(base, Class | Symbol | ModelClass) for base in self.bases)

    def method(self, name: str) -> Function | None:
        """Return a function of the class body."""
        result = self.names.get(name)
        return result if isinstance(result, Function) else None


def info_of(value: Value) -> ClassInfo | None:
    """Return the readable class behind a value."""
    if isinstance(value, Class | ModelClass):
        return value.info
    return None


def _stores_of(node: ast.ClassDef) -> dict[str, list[str]]:
    stores: dict[str, list[str]] = {}
    for method in node.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or not method.args.args:
            continue
        first = method.args.args[0].arg
        for target in targets_below(method):
            if (
                isinstance(target, ast.Attribute)
                and isinstance(target.ctx, ast.Store)
                and isinstance(target.value, ast.Name)
                and target.value.id == first
                and method.name not in stores.setdefault(target.attr, [])
            ):
                stores[target.attr].append(method.name)
    return stores


def decorator_names(node: ast.AST) -> set[str]:
    """Return the last parts of the decorators' names."""
    names: set[str] = set()
    for decorator in getattr(node, "decorator_list", []):
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Attribute):
            names.add(target.attr)
        elif isinstance(target, ast.Name):
            names.add(target.id)
    return names
