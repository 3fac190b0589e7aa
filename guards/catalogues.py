"""GUARD-E: a count, reason code, capability or operation type that is in no catalogue (OPS-10, OPS-11, SEC-04)."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from guards.findings import Finding, Source, finding

RULE = "GUARD-E"
CAPABILITIES_ROOM = "tenancy/capabilities.py"


@dataclass(frozen=True)
class Catalogues:
    """The words that are known."""

    counts: frozenset[str]
    reasons: frozenset[str]
    capabilities: frozenset[str]
    types: frozenset[str]
    actions: frozenset[str] = frozenset()


# What a call is named → which argument, by place and by name, holds the word.
REASON_CALLS: dict[str, tuple[int | None, str]] = {
    "describe": (0, "code"),
    "OperationFailed": (0, "reason_code"),
    "item_failed": (1, "code"),
    "record_failure": (2, "reason_code"),
    "ReasonedError": (None, "reason_code"),
}
COUNT_CALLS: dict[str, tuple[int | None, str]] = {"count": (0, "key")}
TYPE_CALLS: dict[str, tuple[int | None, str]] = {"of_type": (0, "key")}
# `count` and `of_type` are words of others too: only these receivers are ours.
RUN_RECEIVERS = frozenset({"run", "context", "ctx", "self._context"})


# One of these, or a capability, stands in every file that breaks the rule.
CUES = (*REASON_CALLS, *(f"{name}(" for name in (*COUNT_CALLS, *TYPE_CALLS)), "reason_code")


def check(source: Source, catalogue: Catalogues) -> Iterator[Finding]:
    if not source.says((*CUES, *catalogue.capabilities)):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call):
            yield from _reasons(source, node, catalogue)
            yield from _counts(source, node, catalogue)
            yield from _types(source, node, catalogue)
        elif isinstance(node, ast.ClassDef):
            yield from _reason_of_class(source, node, catalogue)
        elif (
            isinstance(node, ast.Constant)
            and source.module != CAPABILITIES_ROOM
            and node.value in catalogue.capabilities
        ):
            yield _refused(source, node, "a capability is spelled out", "name it: Capability.… of tenancy.capabilities")


def _spells_a_capability(source: Source, node: ast.AST, catalogue: Catalogues) -> TypeGuard[ast.Constant]:
    is_elsewhere = source.module != CAPABILITIES_ROOM
    return isinstance(node, ast.Constant) and is_elsewhere and node.value in catalogue.capabilities


def _reasons(source: Source, node: ast.Call, catalogue: Catalogues) -> Iterator[Finding]:
    word = _word(node, REASON_CALLS)
    if word is not None and word.value not in catalogue.reasons and not _is_log(node):
        yield _refused(
            source, word, f"no reason code {word.value!r}", "add it to core/reasons.py with text, owner and next step"
        )


def _counts(source: Source, node: ast.Call, catalogue: Catalogues) -> Iterator[Finding]:
    word = _word(node, COUNT_CALLS)
    if word is not None and _receiver(node) in RUN_RECEIVERS and word.value not in catalogue.counts:
        yield _refused(
            source,
            word,
            f"no summary count {word.value!r}",
            "declare it in the room's summary_keys.py, or use a key of OperationSummaryKeys",
        )


def _types(source: Source, node: ast.Call, catalogue: Catalogues) -> Iterator[Finding]:
    word = _word(node, TYPE_CALLS)
    if word is not None and "operationrun" in _receiver(node).lower() and word.value not in catalogue.types:
        yield _refused(source, word, f"no operation type {word.value!r}", "declare it in a room's operations.py")


def _reason_of_class(source: Source, node: ast.ClassDef, catalogue: Catalogues) -> Iterator[Finding]:
    """`reason_code = "…"` in the body of an error."""
    for statement in node.body:
        value = _reason_assigned(statement)
        if value is not None and value.value not in catalogue.reasons:
            yield _refused(source, value, f"no reason code {value.value!r}", "add it to core/reasons.py")


def _reason_assigned(statement: ast.stmt) -> ast.Constant | None:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    named = any(isinstance(target, ast.Name) and target.id == "reason_code" for target in targets)
    value = getattr(statement, "value", None)
    return value if named and _is_text(value) else None


def _word(node: ast.Call, calls: dict[str, tuple[int | None, str]]) -> ast.Constant | None:
    """The literal that such a call is given, if it is given one."""
    place, name = calls.get(_name(node), (None, ""))
    if not name:
        return None
    value = next((keyword.value for keyword in node.keywords if keyword.arg == name), None)
    if value is None and place is not None and len(node.args) > place:
        value = node.args[place]
    return value if _is_text(value) else None


def _is_text(value: ast.expr | None) -> TypeGuard[ast.Constant]:
    """A word; an empty one says that there is no reason."""
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and bool(value.value)


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _receiver(node: ast.Call) -> str:
    return ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""


def _is_log(node: ast.Call) -> bool:
    return _receiver(node) == "log"


def _refused(source: Source, node: ast.expr, reason: str, mend: str) -> Finding:
    return finding(RULE, source, node, reason, mend)
