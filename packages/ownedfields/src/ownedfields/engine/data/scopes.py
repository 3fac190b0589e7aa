"""Names and what they stand for, scope by scope, in statement order."""

from __future__ import annotations

from ownedfields.engine.data.values import Value, join


class Scope:
    """The names of one block: a module, a class, a function, a comprehension, or a closure over what was known then.

    `names` also holds dotted paths such as `self.run` that were assigned or narrowed.
    """

    __slots__ = ("block", "global_names", "loaded", "names", "nonlocal_names", "parent", "paths", "snapshot")

    def __init__(self, block: str, parent: Scope | None = None, snapshot: dict[str, Value] | None = None) -> None:
        self.block = block
        self.parent = parent
        self.names: dict[str, Value] = {}
        self.snapshot = snapshot or {}
        self.loaded: bool | None = None
        self.paths: set[str] = set()
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()

    def lookup(self, name: str) -> Value | None:
        """Return the value of `name` here; class scopes are invisible from within."""
        result = self.names.get(name)
        if result is not None and not (self.global_names and name in self.global_names):
            return result
        result = self.snapshot.get(name)
        scope = self.parent
        while result is None and scope is not None:
            if scope.block != "class":
                result = scope.names.get(name)
            scope = scope.parent
        return result

    def bind(self, name: str, value: Value) -> None:
        """From here on `name` is `value`; what was known of its attributes is forgotten."""
        scope = self._home(name)
        if name in scope.paths:
            prefix = f"{name}."
            for key in [key for key in scope.names if key.startswith(prefix)]:
                del scope.names[key]
        if scope is not self:
            previous = scope.names.get(name)
            value = value if previous is None else join([value, previous])
        scope.names[name] = value

    def bind_path(self, path: str, value: Value) -> None:
        """From here on the dotted path is `value`."""
        self.paths.add(path.partition(".")[0])
        self.names[path] = value

    def drop(self, name: str) -> None:
        """`del name`."""
        self.names.pop(name, None)

    def module(self) -> Scope:
        """Return the outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def _home(self, name: str) -> Scope:
        if name in self.global_names:
            return self.module()
        if name in self.nonlocal_names:
            scope = self.parent
            while scope is not None and scope.parent is not None:
                if name in scope.names:
                    return scope
                scope = scope.parent
        return self


def merged(branches: list[dict[str, Value]]) -> dict[str, Value]:
    """Return the values of the names after branches that meet again."""
    if not branches:
        return {}
    if len(branches) == 1:
        return branches[0]
    result: dict[str, Value] = {}
    for branch in branches:
        result.update(branch)
    for name, last in list(result.items()):
        values = [branch[name] for branch in branches if name in branch]
        if "." in name and len(values) < len(branches):
            del result[name]
        elif any(value is not last for value in values):
            result[name] = join(values)
    return result
