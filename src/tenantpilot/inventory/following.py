"""The capture of policies that a sync found changed: a room above does it, if the person asks for it.

A room signs in with the dotted path of its handler, "module:function", which workers alone import.
"""

from collections.abc import Callable
from importlib import import_module

_paths: list[str] = []


def capture_by(path: str) -> None:
    """Let the handler take versions of what a sync found changed. Raises ValueError for a second one."""
    if _paths and _paths != [path]:
        raise ValueError(f"changes are captured by {_paths[0]} already")
    _paths[:] = [path]


def capturing() -> Callable[..., None]:
    """Return the handler. Raises LookupError where no room signed in."""
    if not _paths:
        raise LookupError("no room takes versions")
    module, _colon, name = _paths[0].partition(":")
    handler: Callable[..., None] = getattr(import_module(module), name)
    return handler
