"""The runtime fence: SQL that writes a protected column outside the owner fails, whatever wrote it."""

from __future__ import annotations

import contextlib
import contextvars
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from ownedfields.config import Config, Guard, path_matches
from ownedfields.engine.libraries.sql import written_columns

_ALLOWED: contextvars.ContextVar[str] = contextvars.ContextVar("ownedfields_allowed", default="")
MAX_STACK = 12


class ProtectedWrite(AssertionError):
    """A protected column was written outside its owner."""


@dataclass(frozen=True, slots=True)
class Column:
    """A protected column, as the database names it."""

    guard: Guard
    field: str
    table: str
    name: str


@dataclass(slots=True)
class Write:
    """An executed write, with the project's frames that led to it, innermost first."""

    column: Column
    sql: str
    stack: list[tuple[str, int, str]]
    test: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the record that `ownedfields check --prove` reads."""
        return {
            "model": self.column.guard.model,
            "field": self.column.field,
            "sql": self.sql[:300],
            "stack": self.stack,
            "test": self.test,
        }


@contextlib.contextmanager
def owner_fence(reason: str) -> Iterator[None]:
    """Lets a test write protected columns by hand. The reason is for the reader."""
    if not reason.strip():
        raise ValueError("owner_fence needs a reason")
    token = _ALLOWED.set(reason)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


@dataclass
class Fence:
    """Watches the SQL of every database connection. Imports Django when it is installed, not before."""

    config: Config
    strict: bool = True
    writes: list[Write] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    test: str = ""

    @contextlib.contextmanager
    def installed(self) -> Iterator[Fence]:
        """The fence is up on all connections, those of other threads included."""
        from django.db import connections
        from django.db.backends.signals import connection_created

        self.columns = self.columns or list(protected_columns(self.config))

        def watch(connection: Any, **_: Any) -> None:
            if self._wrap not in connection.execute_wrappers:
                connection.execute_wrappers.append(self._wrap)

        for connection in connections.all(initialized_only=True):
            watch(connection)
        connection_created.connect(watch, weak=False)
        try:
            yield self
        finally:
            connection_created.disconnect(watch)
            for connection in connections.all(initialized_only=True):
                if self._wrap in connection.execute_wrappers:
                    connection.execute_wrappers.remove(self._wrap)

    def _wrap(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self._judge(sql if isinstance(sql, str) else str(sql))
        return execute(sql, params, many, context)

    def _judge(self, sql: str) -> None:
        head = sql[:400].upper()
        if not any(verb in head for verb in ("UPDATE", "INSERT", "REPLACE", "MERGE", "COPY")):
            return
        for column in self.columns:
            if column.table in sql and _writes(sql, column):
                self._note(column, sql)

    def _note(self, column: Column, sql: str) -> None:
        stack = project_stack(sys._getframe(2), self.config.root)
        self.writes.append(Write(column, sql, stack, self.test))
        if not self.strict or _ALLOWED.get() or any(_may_write(column.guard, path) for path, _, _ in stack):
            return
        where = "\n".join(f"  {path}:{line} in {symbol}" for path, line, symbol in stack[:4])
        instead = column.guard.instead or f"let {', '.join(column.guard.owner)} write it"
        name = f"{column.guard.class_name}.{column.field}"
        raise ProtectedWrite(f"{name} written outside its owner:\n  {sql[:200]}\n{where}\nfix: {instead}")


def _may_write(guard: Guard, path: str) -> bool:
    return guard.is_owner(path) or any(path_matches(path, allow.file) for allow in guard.allow)


def _writes(sql: str, column: Column) -> bool:
    columns = written_columns(sql, column.table)
    return columns is not None and (column.name.lower() in columns or "*" in columns)


def protected_columns(config: Config) -> Iterator[Column]:
    """Yield the columns of the guarded fields, as Django's own model registry names them."""
    from django.apps import apps

    for guard in config.guards:
        module, name = guard.module, guard.class_name
        model = next(
            (
                name_of_field
                for name_of_field in apps.get_models()
                if name_of_field.__name__ == name and name_of_field.__module__ == module
            ),
            None,
        )
        if model is None:
            label = guard.app_label or module.rpartition(".models")[0].rpartition(".")[2]
            model = apps.get_model(label, name)
        for name_of_field in guard.fields:
            model_field: Any = model._meta.get_field(name_of_field)
            yield Column(guard, name_of_field, str(model._meta.db_table).strip('"'), str(model_field.column))


def project_stack(frame: FrameType | None, root: Path) -> list[tuple[str, int, str]]:
    """Return the frames of the project's own files, innermost first."""
    base = f"{os.path.realpath(root)}{os.sep}"
    frames: list[tuple[str, int, str]] = []
    while frame is not None and len(frames) < MAX_STACK:
        path = os.path.realpath(frame.f_code.co_filename)
        if path.startswith(base) and "site-packages" not in path and not path.startswith(_OWN):
            frames.append((path[len(base) :].replace(os.sep, "/"), frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return frames


_OWN = f"{Path(__file__).resolve().parent}{os.sep}"


def once(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one record for each place and field: a loop that writes a thousand times proves no more than once."""
    first_writes: dict[tuple[Any, ...], dict[str, Any]] = {}
    for record in records:
        stack = tuple(tuple(frame) for frame in record["stack"][:3])
        first_writes.setdefault((record["model"], record["field"], stack), record)
    return list(first_writes.values())


def store(path: Path, records: Iterable[dict[str, Any]], *, lost: int = 0) -> None:
    """Leave the executed writes for `ownedfields check --prove`, and how many processes died with theirs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"version": 1, "lost_workers": lost, "writes": once(records)}
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
