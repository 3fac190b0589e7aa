"""GUARD-K: modules import each other in no circle, not inside functions and not for type checking either.

A circle of imports means that none of its modules can be understood, tested or moved without all the others.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from guards.findings import ROOT, Finding

PACKAGES = (
    ROOT / "src" / "tenantpilot",
    ROOT / "packages" / "intunesim" / "src" / "intunesim",
    ROOT / "packages" / "ownedfields" / "src" / "ownedfields",
)
Graph = Mapping[str, frozenset[str]]


def check(packages: Iterable[Path] = PACKAGES) -> Iterator[Finding]:
    """Yield one finding for each circle."""
    for package in packages:
        for circle in circles(graph_of(package)):
            module = package.parent / Path(*circle[0].split("."))
            path = (module / "__init__.py" if module.is_dir() else module.with_suffix(".py")).relative_to(ROOT)
            reason = f"{len(circle)} modules import each other in a circle"
            mend = "move what both need below them, or name it by a Protocol beside its user"
            yield Finding("GUARD-K", path.as_posix(), 1, 1, " -> ".join([*circle[:6], circle[0]]), reason, mend)


def graph_of(package: Path) -> Graph:
    """Return the modules of the package that each module imports, anywhere in its file. Migrations are left out."""
    files = {_module_name(path, package): path for path in package.rglob("*.py") if "migrations" not in path.parts}
    return {name: frozenset(_imports(path, files.keys())) - {name} for name, path in files.items()}


def circles(graph: Graph) -> list[list[str]]:
    """Return the strongly connected parts of more than one module, each in alphabetical order (Tarjan)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    parts: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for target in sorted(graph[name]):
            if target not in order:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in stack:
                lowest[name] = min(lowest[name], order[target])
        if lowest[name] == order[name]:
            position = stack.index(name)
            parts.append(sorted(stack[position:]))
            del stack[position:]

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return [part for part in parts if len(part) > 1]


def _module_name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, modules: Iterable[str]) -> Iterator[str]:
    names = frozenset(modules)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in names or node.module in names:
                    yield inner if inner in names else node.module
