"""Limit the rows that code may reach: nothing, some workspaces, those of one person, or everything.

The third layer under scopes and composite keys (SEC-03). The scope of django-scopes is the reach of what runs in it.
Without a scope it is that of the person whose request it is; else that of the process: everything for workers, the
scheduler and commands at a shell, nothing for the web server. Without row-level security all this has no effect.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django_scopes import get_scope
from django_scopes.state import state

NOTHING, EVERYTHING = "", "everything"
PersonKey = Callable[[], object]


@dataclass(frozen=True)
class _Stated:
    """The reach that a block of code stated, and its scope: a scope entered later narrows it."""

    reach: str | None
    scope: Any

    @property
    def holds(self) -> bool:
        now = state.get()
        return now is self.scope or (not now and not self.scope)


_stated: ContextVar[_Stated | None] = ContextVar("stated_reach", default=None)
_person: ContextVar[PersonKey | None] = ContextVar("person_reach", default=None)
_of_process = NOTHING


def current_reach() -> str:
    """Return the value for the database's setting `app.reach`."""
    stated = _stated.get()
    if stated is not None and stated.holds:
        return _outside_scopes() if stated.reach is None else stated.reach
    return _of_scope() or _outside_scopes()


@contextmanager
def everything() -> Iterator[None]:
    """Explicitly across all workspaces: for the engine, the platform plane, and what speaks of no tenant."""
    with _stating(EVERYTHING):
        yield


@contextmanager
def across_workspaces() -> Iterator[None]:
    """Leave the scope for a while: parts of a tenant's page show all workspaces of the person."""
    with _stating(None):
        yield


@contextmanager
def of_person(key: PersonKey) -> Iterator[None]:
    """Reach the workspaces of one person. `key` answers their id or None, and may not ask the database."""
    token = _person.set(key)
    try:
        yield
    finally:
        _person.reset(token)


def set_process_scope(reach: str) -> None:
    """Set the reach of code outside scopes and requests, in all threads of this process."""
    global _of_process
    _of_process = reach


@contextmanager
def _stating(reach: str | None) -> Iterator[None]:
    token = _stated.set(_Stated(reach, state.get()))
    try:
        yield
    finally:
        _stated.reset(token)


def _of_scope() -> str:
    scope = get_scope()
    scoped = scope.get("workspace") if scope.get("_enabled", True) else None
    if scoped is None:
        return ""
    workspaces = scoped if isinstance(scoped, list | tuple) else [scoped]
    # No workspace has the id 0: an empty list reaches nothing, and is not taken for no scope.
    return ",".join(str(int(workspace.pk)) for workspace in workspaces) or "0"


def _outside_scopes() -> str:
    ask = _person.get()
    if ask is None:
        return _of_process
    key = ask()
    return NOTHING if key is None else f"person:{int(str(key))}"
