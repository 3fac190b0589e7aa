"""The configuration: the fields, pairs and names that a project wants guarded."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path


class ConfigError(Exception):
    """The configuration cannot be used as it stands. The text says what to change."""


@dataclass(frozen=True, slots=True)
class Allow:
    """A reviewed exception: its file, its number of uses and its reason."""

    file: str
    reason: str
    symbol: str = ""
    count: int | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """Fields of one model that only the owner files may write."""

    model: str
    fields: tuple[str, ...]
    owner: tuple[str, ...]
    table: str = ""
    app_label: str = ""
    related_names: tuple[str, ...] = ()
    name_hints: tuple[str, ...] = ()
    legacy_names: tuple[str, ...] = ()
    instead: str = ""
    allow: tuple[Allow, ...] = ()

    @property
    def class_name(self) -> str:
        """Return the last part of the import path."""
        return self.model.rpartition(".")[2]

    @property
    def module(self) -> str:
        """Return the import path without the class."""
        return self.model.rpartition(".")[0]

    def is_owner(self, path: str) -> bool:
        """Return True if the file at `path`, relative to the root, may write the fields."""
        return any(path_matches(path, pattern) for pattern in self.owner)


@dataclass(frozen=True, slots=True)
class Together:
    """Two things that must not meet in one file."""

    name: str
    signals: tuple[str, ...]
    calls: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    instead: str = ""
    allow: tuple[Allow, ...] = ()

    def is_allowed(self, path: str) -> bool:
        """Return True if the two may meet in the file at `path`."""
        return any(path_matches(path, allow.file) for allow in self.allow)


@dataclass(frozen=True, slots=True)
class Banned:
    """Names that are gone and must not come back."""

    names: tuple[str, ...]
    instead: str = ""
    prose: bool = False
    allow: tuple[Allow, ...] = ()

    def is_allowed(self, path: str) -> bool:
        """Return True if the file at `path` may still say the names."""
        return any(path_matches(path, allow.file) for allow in self.allow)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that was read from one `[tool.ownedfields]` table."""

    root: Path
    source: Path
    guards: tuple[Guard, ...] = ()
    together: tuple[Together, ...] = ()
    banned: tuple[Banned, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str = ""
    cache_dir: str = ".ownedfields_cache"
    strict: bool = False
    fingerprint: str = field(default="", compare=False)


def path_matches(path: str, pattern: str) -> bool:
    """Return True if a file, folder or glob pattern, from the root or any folder below it, names the path."""
    glob = pattern.strip("/").removeprefix("./")
    if any(mark in glob for mark in "*?["):
        return fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}")
    inside = f"/{path}/"
    if not glob.endswith((".py", ".pyi", ".sql")):
        return f"/{glob}/" in inside
    return inside.endswith(f"/{glob}/")
