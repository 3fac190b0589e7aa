"""Facts that a class or function statement says by itself: its decorators, and what its methods store."""

from __future__ import annotations

import ast

from ownedfields.engine.files.walking import targets_below


def stores_of(node: ast.ClassDef) -> dict[str, list[str]]:
    """Return the attributes that the methods of a class store on their first argument, each with these methods."""
    stores: dict[str, list[str]] = {}
    for method in node.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or not method.args.args:
            continue
        first = method.args.args[0].arg
        for target in targets_below(method):
            if (
                isinstance(target, ast.Attribute)
                and isinstance(target.ctx, ast.Store)
                and isinstance(target.value, ast.Name)
                and target.value.id == first
                and method.name not in stores.setdefault(target.attr, [])
            ):
                stores[target.attr].append(method.name)
    return stores


def decorator_names(node: ast.AST) -> set[str]:
    """Return the last parts of the decorators' names."""
    names: set[str] = set()
    for decorator in getattr(node, "decorator_list", []):
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Attribute):
            names.add(target.attr)
        elif isinstance(target, ast.Name):
            names.add(target.id)
    return names
