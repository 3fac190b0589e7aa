"""Look up values that are bound elsewhere: `self.x` set in another method, pytest fixtures."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import ClassInfo, Function, Module
from ownedfields.engine.data.uses import Args
from ownedfields.engine.data.values import Unknown, Value, join
from ownedfields.engine.files.project import Project
from ownedfields.engine.files.syntax import decorator_names
from ownedfields.engine.reading.frame import Frame


def self_attribute(frame: Frame, info: ClassInfo, name: str) -> Value | None:
    """Return the value that the methods of the class or its bases, in any order, set `self.name` to, else None."""
    results: list[Value] = []
    for ancestor in info.ancestry():
        frame.project.facts.requests.add((ancestor.module.path, name, frame.module.path))
        methods = ancestor.methods_that_store(name)
        for method in methods:
            _survey(frame, ancestor, method)
        results.extend(ancestor.stored.get(name, ()))
        if methods and not results:
            results.append(Unknown(name))
    return join(results) if results else None


def _survey(frame: Frame, info: ClassInfo, method: str) -> None:
    if method in info.surveyed:
        return
    info.surveyed.add(method)
    function = info.method(method)
    if function is not None and function.node not in frame.active:
        frame.project.review(function, None)


def fixture_value(frame: Frame, function: Function, name: str) -> Value | None:
    """Return the fixture that a test or another fixture asks for by this parameter name."""
    if not _takes_fixtures(function):
        return None
    fixture = _fixture(frame.project, function, name)
    if fixture is None or fixture.node is function.node:
        return None
    value = frame.call(fixture, Args(), fixture.node)
    return None if isinstance(value, Unknown) else value


def _takes_fixtures(function: Function) -> bool:
    name = getattr(function.node, "name", "")
    return name.startswith("test") or "fixture" in decorator_names(function.node)


def _fixture(project: Project, function: Function, name: str) -> Function | None:
    if function.info is not None:
        result = function.info.find(name)
        if isinstance(result, Function) and "fixture" in decorator_names(result.node):
            return result
    result = _fixture_in(project, function.module, name)
    folder = function.module.path
    while result is None and folder:
        folder = folder.rpartition("/")[0]
        path = f"{folder}/conftest.py" if folder else "conftest.py"
        module = project.module_at(path) if project.index.has(path) else None
        if module is not None:
            function.module.needs.add(path)
            result = _fixture_in(project, module, name)
    return result


def _fixture_in(project: Project, module: Module, name: str) -> Function | None:
    entry = project.fixtures.get(module.path)
    if entry is None:
        entry = fixtures_in(module)
        if module.evaluated:
            project.fixtures[module.path] = entry
    return entry.get(name)


def fixtures_in(module: Module) -> dict[object, Function]:
    """Return the fixtures of a file by the names under which tests ask for them."""
    results: dict[object, Function] = {}
    for name, value in module.scope.names.items():
        if isinstance(value, Function) and "fixture" in decorator_names(value.node):
            results.update(dict.fromkeys({name, *_given_names(value.node)}, value))
    return results


def _given_names(node: ast.AST) -> set[object]:
    return {
        keyword.value.value
        for decorator in getattr(node, "decorator_list", [])
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }
