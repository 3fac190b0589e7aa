"""The capture that a sync is followed by, if the person asks for it: a room above takes the versions.

A room signs in with the dotted path of its class, "module:Class", which workers alone import.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol

from tenantpilot.inventory.broken import BrokenObject
from tenantpilot.inventory.models import Policy

_paths: list[str] = []


class Capture(Protocol):
    """Takes versions within the run of a sync."""

    def take(self, policies: Sequence[Policy]) -> list[BrokenObject]:
        """Take a version of each policy of one type that changed; return those that could not be read."""
        ...

    def finish(self) -> None:
        """Do what is done once, when all types have ended."""
        ...


def capture_by(path: str) -> None:
    """Let the class take the versions. Raises ValueError for a second one."""
    if _paths and _paths != [path]:
        raise ValueError(f"changes are captured by {_paths[0]} already")
    _paths[:] = [path]


def capturing() -> Callable[..., Capture]:
    """Return the class, which takes the run and its client of Graph. Raises LookupError where no room signed in."""
    if not _paths:
        raise LookupError("no room takes versions")
    module, _colon, name = _paths[0].partition(":")
    captures: Callable[..., Capture] = getattr(import_module(module), name)
    return captures
