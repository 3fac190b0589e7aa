"""What a project asks to be guarded."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path


class ConfigError(Exception):
    """The configuration cannot be used as it stands. The text says what to change."""


@dataclass(frozen=True, slots=True)
class Allow:
    """One reviewed exception: where, how often, and why."""

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
        """The last part of the import path."""
        return self.model.rpartition(".")[2]

    @property
    def module(self) -> str:
        """The import path without the class."""
        return self.model.rpartition(".")[0]

    def is_owner(self, path: str) -> bool:
        """Whether the file at `path`, relative to the root, may write the fields."""
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
        """Whether the two may meet in the file at `path`."""
        return any(path_matches(path, allow.file) for allow in self.allow)


@dataclass(frozen=True, slots=True)
class Banned:
    """Names that are gone and must not come back."""

    names: tuple[str, ...]
    instead: str = ""
    prose: bool = False
    allow: tuple[Allow, ...] = ()

    def is_allowed(self, path: str) -> bool:
        """Whether the file at `path` may still say the names."""
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
    """Whether a relative path is named by a file, folder or glob pattern, from the root or any folder below it."""
    wanted = pattern.strip("/").removeprefix("./")
    if any(mark in wanted for mark in "*?["):
        return fnmatchcase(path, wanted) or fnmatchcase(path, f"*/{wanted}")
    inside = f"/{path}/"
    if not wanted.endswith((".py", ".pyi", ".sql")):
        return f"/{wanted}/" in inside
    return inside.endswith(f"/{wanted}/")
