"""Reads `[tool.ownedfields]` from a TOML file, and refuses what it does not understand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ownedfields.config import Allow, Banned, Config, ConfigError, Guard, Together

FILE_NAMES = ("ownedfields.toml", "pyproject.toml")


def find_config(start: Path) -> Path:
    """Return the nearest file at or above `start` that configures this tool."""
    start = start.resolve()
    for folder in (start, *start.parents) if start.is_dir() else start.parents:
        for name in FILE_NAMES:
            candidate = folder / name
            if candidate.is_file() and _table_of(candidate) is not None:
                return candidate
    raise ConfigError(
        f"no [tool.ownedfields] table in a pyproject.toml at or above {start}: there is nothing to guard.\n"
        "Run `ownedfields init` in the project to write one."
    )


def read_config(path: Path) -> Config:
    """Return the configuration in `path`, checked key by key."""
    table = _table_of(path)
    if table is None:
        raise ConfigError(f"{path} has no [tool.ownedfields] table: there is nothing to guard.")
    config = parse_config(table, root=path.resolve().parent, source=path)
    if not (config.guards or config.together or config.banned):
        raise ConfigError(
            f"{path}: [tool.ownedfields] holds no guard, no together and no banned entry: nothing would be checked."
        )
    return config


def parse_config(table: Mapping[str, Any], *, root: Path, source: Path) -> Config:
    """Return the configuration that a parsed TOML table describes."""
    where = _Where(f"{source}: [tool.ownedfields]")
    top = where.only(table, ["guard", "together", "banned", "exclude", "baseline", "cache_dir", "strict"])
    return Config(
        root=root,
        source=source,
        guards=tuple(_guard(entry, where.at("guard", n)) for n, entry in _tables(top, "guard", where)),
        together=tuple(_together(entry, where.at("together", n)) for n, entry in _tables(top, "together", where)),
        banned=tuple(_banned(entry, where.at("banned", n)) for n, entry in _tables(top, "banned", where)),
        exclude=where.strings(top, "exclude"),
        baseline=where.string(top, "baseline"),
        cache_dir=where.string(top, "cache_dir") or ".ownedfields_cache",
        strict=bool(top.get("strict", False)),
        fingerprint=repr(sorted(table.items())),
    )


def _table_of(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as stream:
            content = tomllib.load(stream)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    table = content.get("tool", {}).get("ownedfields")
    return table if isinstance(table, dict) else None


def _guard(entry: dict[str, Any], where: _Where) -> Guard:
    keys = "model fields owner table app_label related_names name_hints legacy_names instead allow"
    entry = where.only(entry, keys.split())
    model = where.needed_string(entry, "model")
    if "." not in model:
        raise ConfigError(f"{where}: model = {model!r} must be an import path such as 'shop.models.Order'.")
    return Guard(
        model=model,
        fields=where.needed_strings(entry, "fields"),
        owner=where.needed_strings(entry, "owner"),
        table=where.string(entry, "table"),
        app_label=where.string(entry, "app_label"),
        related_names=where.strings(entry, "related_names"),
        name_hints=where.strings(entry, "name_hints"),
        legacy_names=where.strings(entry, "legacy_names"),
        instead=where.string(entry, "instead"),
        allow=_allows(entry, where),
    )


def _together(entry: dict[str, Any], where: _Where) -> Together:
    entry = where.only(entry, ["name", "signals", "calls", "stores", "instead", "allow"])
    signals = where.needed_strings(entry, "signals")
    together = Together(
        name=where.string(entry, "name") or signals[0],
        signals=signals,
        calls=where.strings(entry, "calls"),
        stores=where.strings(entry, "stores"),
        instead=where.string(entry, "instead"),
        allow=_allows(entry, where),
    )
    if not (together.calls or together.stores):
        raise ConfigError(f"{where}: needs `calls` or `stores`, the other side of what must not meet.")
    return together


def _banned(entry: dict[str, Any], where: _Where) -> Banned:
    entry = where.only(entry, ["names", "instead", "prose", "allow"])
    return Banned(
        names=where.needed_strings(entry, "names"),
        instead=where.string(entry, "instead"),
        prose=bool(entry.get("prose", False)),
        allow=_allows(entry, where),
    )


def _allows(entry: Mapping[str, Any], where: _Where) -> tuple[Allow, ...]:
    return tuple(_allow(table, where.at("allow", n)) for n, table in _tables(entry, "allow", where))


def _allow(entry: dict[str, Any], where: _Where) -> Allow:
    entry = where.only(entry, ["file", "reason", "symbol", "count", "rule"])
    count = entry.get("count")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise ConfigError(f"{where}: count must be a number of findings, 1 or more.")
    reason = where.needed_string(entry, "reason")
    return Allow(
        file=where.needed_string(entry, "file"),
        reason=reason,
        symbol=where.string(entry, "symbol"),
        count=count,
        rule=where.string(entry, "rule"),
    )


def _tables(entry: Mapping[str, Any], key: str, where: _Where) -> Iterable[tuple[int, dict[str, Any]]]:
    tables = entry.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{where}: {key} must be an array of tables.")
    return enumerate(tables, start=1)


class _Where(str):
    """A place in the configuration, which reads typed values and complains in its own name."""

    __slots__ = ()

    def at(self, key: str, number: int) -> _Where:
        return _Where(f"{self} {key} {number}")

    def only(self, entry: Mapping[str, Any], keys: list[str]) -> dict[str, Any]:
        for key in entry:
            if key not in keys:
                raise ConfigError(f"{self}: unknown key {key!r}. Known keys: {', '.join(keys)}.")
        return dict(entry)

    def string(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key, "")
        if not isinstance(value, str):
            raise ConfigError(f"{self}: {key} must be a string.")
        return value.strip()

    def strings(self, entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise ConfigError(f"{self}: {key} must be an array of non-empty strings.")
        return tuple(item.strip() for item in value)

    def needed_string(self, entry: Mapping[str, Any], key: str) -> str:
        if value := self.string(entry, key):
            return value
        raise ConfigError(f"{self}: {key} is missing or empty.")

    def needed_strings(self, entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
        if value := self.strings(entry, key):
            return value
        raise ConfigError(f"{self}: {key} is missing or empty.")
