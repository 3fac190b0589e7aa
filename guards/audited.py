"""GUARD-L: an action that is recorded in the audit log is listed by its room, else no auditor can ask for it."""

import ast
import re
from collections.abc import Iterator, Set

from guards.findings import Finding, Source, finding

RECORDERS = frozenset({"record", "record_audit", "_record", "_record_role", "_set_active"})
ACTION = re.compile(r"[a-z]+\.[a-z_]+")


def check(source: Source, actions: Set[str]) -> Iterator[Finding]:
    """Yield each action that a call hands on to be recorded, and that is not among `actions`."""
    if not source.says(RECORDERS):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and _name_of(node.func) in RECORDERS:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and _is_action(argument.value) and argument.value not in actions:
                    reason = f"the audit action {argument.value!r} is in no catalogue"
                    yield finding("GUARD-L", source, argument, reason, "add it to the room's audit_actions.py")


def _name_of(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _is_action(value: object) -> bool:
    return isinstance(value, str) and ACTION.fullmatch(value) is not None
