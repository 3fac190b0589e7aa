"""GUARD-D: an operation toast that the presenter did not make (OPS-20)."""

import ast
from collections.abc import Iterable, Iterator

from guards.findings import Finding, Source, finding

RULE = "GUARD-D"
PRESENTER = "operations/presenter.py"
MEND = (
    "take the toast from OperationUxPresenter.queued_toast or .already_queued_toast, and answer with operation_started"
)
MESSAGES = "django.contrib.messages"
# The canonical words, in any part of which a hand-made toast gives itself away.
WORDS = ("already queued", "running in the background", "a matching run is already")
# One of these stands in every file that breaks the rule, also where a string is written in pieces.
CUES = (
    "presenter",
    "messages",
    "queued",
    "Queued",
    "QUEUED",
    "background",
    "Background",
    "BACKGROUND",
    "already",
    "ALREADY",
)


def check(source: Source) -> Iterator[Finding]:
    if source.module == PRESENTER or not source.says(CUES):
        return
    toast_names, message_names = set(_names_of_toast(source.nodes)), set(_names_of_messages(source.nodes))
    for node in source.nodes:
        if isinstance(node, ast.Call) and (toast_names or message_names):
            if _called(node) in toast_names:
                yield finding(RULE, source, node, "a toast is made outside the presenter", MEND)
            elif _is_message(node, message_names):
                yield finding(RULE, source, node, "a message of Django's would be a fourth feedback surface", MEND)
        elif isinstance(node, ast.Constant) and _speaks_of_queueing(node, source.nodes):
            yield finding(RULE, source, node, "words of an operation toast are written here", MEND)


def _names_of_toast(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names of the presenter's Toast in this file, with or without an alias."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("operations.presenter"):
            yield from (alias.asname or alias.name for alias in node.names if alias.name == "Toast")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").endswith("operations"):
            yield from (f"{alias.asname or alias.name}.Toast" for alias in node.names if alias.name == "presenter")


def _names_of_messages(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == MESSAGES:
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "django.contrib":
            yield from (f"{alias.asname or alias.name}." for alias in node.names if alias.name == "messages")
        elif isinstance(node, ast.Import):
            yield from (f"{alias.asname or alias.name}." for alias in node.names if alias.name == MESSAGES)


def _is_message(node: ast.Call, names: set[str]) -> bool:
    called = _called(node)
    return any(called == name or (name.endswith(".") and called.startswith(name)) for name in names)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def _speaks_of_queueing(node: ast.Constant, nodes: Iterable[ast.AST]) -> bool:
    if not isinstance(node.value, str) or not any(words in node.value.lower() for words in WORDS):
        return False
    return node not in _docstrings(nodes)


def _docstrings(nodes: Iterable[ast.AST]) -> set[ast.expr]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in nodes if isinstance(node, holders)]
    return {body[0].value for body in bodies if body and isinstance(body[0], ast.Expr)}
