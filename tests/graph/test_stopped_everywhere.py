"""Work that was stopped says nothing about its objects: `GraphStopped` passes every handler of a GraphError."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tenantpilot

ROOT = Path(tenantpilot.__file__).parent
WIDE = {"GraphError", "ReasonedError"}
LET_PASS = {"_refuse_stopped", "safe_point"}
"""Functions that raise what stopped the work."""

# Places where the error is handed on as a value, or where nothing that can be stopped was called.
LEFT_ALONE = {
    "graph/client/": "the client repeats what failed, or hands the error to its caller",
    "graph/write/post.py": "the wait was stopped, or its time is over: it looks once more before it raises",
    "cli/": "a command has no run to be stopped",
    "versions/sync_capture.py": "the error of a reading that was handed on; the run's safe point follows",
}


def swallowing_handlers(code: str) -> Iterator[int]:
    """Yield the lines of handlers that keep a GraphStopped from its run."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Try):
            continue
        names: set[str] = set()
        for handler in node.handlers:
            caught = {name.id for name in ast.walk(handler.type or ast.Pass()) if isinstance(name, ast.Name)}
            if caught & WIDE and "GraphStopped" not in names and not _lets_pass(handler):
                yield handler.lineno
            names |= caught


def _lets_pass(handler: ast.ExceptHandler) -> bool:
    """Return True if it always raises, or asks a function that does."""
    calls = [call.func for call in ast.walk(handler) if isinstance(call, ast.Call)]
    names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
    return isinstance(handler.body[-1], ast.Raise) or bool(names & LET_PASS)


def test_no_handler_of_graph_errors_swallows_a_stop():
    found = [
        f"{name}:{line}"
        for path in sorted(ROOT.rglob("*.py"))
        if not (name := path.relative_to(ROOT).as_posix()).startswith(tuple(LEFT_ALONE))
        for line in swallowing_handlers(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("place", LEFT_ALONE)
def test_every_place_that_is_left_alone_has_a_handler(place):
    paths = (ROOT / place).rglob("*.py") if place.endswith("/") else [ROOT / place]
    assert any(list(swallowing_handlers(path.read_text(encoding="utf-8"))) for path in paths)


SWALLOWS = "try:\n    read()\nexcept GraphError as error:\n    log(error)"
PASSES = (
    "try:\n    read()\nexcept GraphStopped:\n    raise\nexcept GraphError as error:\n    log(error)",
    "try:\n    read()\nexcept GraphError as error:\n    raise Other from error",
    "try:\n    read()\nexcept GraphError as error:\n    _refuse_stopped(error)\n    log(error)",
)


def test_a_swallowed_stop_is_found():
    assert list(swallowing_handlers(SWALLOWS)) == [3]


@pytest.mark.parametrize("code", PASSES)
def test_a_stop_that_passes_is_not_found(code):
    assert list(swallowing_handlers(code)) == []
