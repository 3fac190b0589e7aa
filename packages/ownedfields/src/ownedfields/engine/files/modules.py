"""The files of a project as Python modules: found by import path, read once, on demand."""

from __future__ import annotations

import ast
import contextlib
import gc
import sys
from collections.abc import Callable, Iterable, Iterator

from ownedfields.engine.data.declarations import Module

READABLE = (".py", ".pyi", ".pyw")


class ModuleIndex:
    """Finds the file of an import path. Any folder may be a source root, nearest to the top first."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._tops: set[str] | None = None
        self._by_tail: dict[str, list[tuple[str, ...]]] | None = None
        self._memo: dict[str, str | None] = {}
        self._files: dict[tuple[str, ...], str] = {}

    def path_of(self, dotted: str) -> str | None:
        """Return the file that `import dotted` would read, if it is one of the project's."""
        if dotted not in self._memo:
            self._memo[dotted] = self._find(tuple(dotted.split(".")))
        return self._memo[dotted]

    def has(self, path: str) -> bool:
        """Return True if the project has this file."""
        return path in self._paths

    def knows_package(self, name: str) -> bool:
        """Return True if some folder or file of the project is importable under this top-level name."""
        if self._tops is None:
            self._tops = {
                part
                for tails in self._tails().values()
                for parts in tails
                for at, part in enumerate(parts)
                if self._is_root(parts[:at])
            } - sys.stdlib_module_names
        return name in self._tops

    def dotted_of(self, path: str) -> str:
        """Return the import path of a file, counted from the nearest folder that is no package."""
        parts = module_parts(path)
        start = 0
        for at in range(len(parts) - 1, 0, -1):
            folder = "/".join(parts[:at])
            if f"{folder}/__init__.py" not in self._paths and f"{folder}/__init__.pyi" not in self._paths:
                start = at
                break
        return ".".join(parts[start:]) or path

    def _tails(self) -> dict[str, list[tuple[str, ...]]]:
        if self._by_tail is None:
            self._by_tail = {}
            for path in self._paths:
                if path.endswith(READABLE):
                    parts = module_parts(path)
                    self._files.setdefault(parts, path)
                    if parts:
                        self._by_tail.setdefault(parts[-1], []).append(parts)
        return self._by_tail

    def _find(self, targets: tuple[str, ...]) -> str | None:
        if len(targets) == 1 and targets[0] in sys.stdlib_module_names:
            return None
        results = [
            parts
            for parts in self._tails().get(targets[-1], ())
            if parts[-len(targets) :] == targets and self._is_root(parts[: -len(targets)])
        ]
        return self._files[min(results, key=len)] if results else None

    def _is_root(self, folder: tuple[str, ...]) -> bool:
        return not folder or f"{'/'.join(folder)}/__init__.py" not in self._paths


def module_parts(path: str) -> tuple[str, ...]:
    """`src/shop/models.py` as its path parts, without suffix and `__init__`."""
    parts = path.rpartition(".")[0].split("/") if path.endswith(READABLE) else path.split("/")
    return tuple(parts[:-1] if parts[-1] == "__init__" else parts)


@contextlib.contextmanager
def without_collector() -> Iterator[None]:
    """Trees and values live until the check ends: a collector that walks them again and again finds nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def parse(path: str, dotted: str, content: bytes) -> Module:
    """Return the module in `content`. Raises SyntaxError or ValueError."""
    with without_collector():
        tree = ast.parse(content, filename=path)
    return Module(path, dotted, tree, content.decode("utf-8", "replace"))


Reader = Callable[[str], bytes]
