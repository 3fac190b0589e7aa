"""Finds retired names: identifiers, attributes, imports, import paths in strings, and pieces that join to one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from ownedfields.config import Banned
from ownedfields.engine.files.walking import walk


class Use(NamedTuple):
    """A use of a retired name."""

    node: ast.AST
    name: str
    rule: str


def uses(tree: ast.Module, banned: Banned) -> Iterator[Use]:
    """Yield every use of a name of the entry in the tree."""
    names = frozenset(banned.names)
    docstrings = _docstrings(tree)
    folded: set[int] = set()
    for node in walk(tree):
        for name in _identifiers(node):
            if name in names:
                yield Use(node, name, "OPR301")
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call) and id(node) not in folded:
            if id(node) in docstrings and not banned.prose:
                continue
            content = _fold(node)
            if content is None:
                continue
            folded.update(id(item) for item in walk(node))
            for name in names:
                if _says(content, name, prose=banned.prose):
                    yield Use(node, name, "OPR302")


def _identifiers(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node itself spells out."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.alias):
        yield from node.name.split(".")
        yield node.asname or ""
    elif isinstance(node, ast.ImportFrom):
        yield from (node.module or "").split(".")
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg | ast.keyword):
        yield node.arg or ""
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        yield node.name or ""
    elif isinstance(node, ast.MatchClass):
        yield from node.kwd_attrs
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names


def _docstrings(tree: ast.Module) -> set[int]:
    """Strings that stand alone as statements: nobody reads them but people."""
    return {
        id(node.value) for node in walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _fold(node: ast.AST) -> str | None:
    """Return the text that an expression of literals makes; NUL for unknown parts; None when it holds no text."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bytes):
            return node.value.decode("utf-8", "replace")
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(_fold_part(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return _fold_operation(node)
    if isinstance(node, ast.Call):
        return _fold_call(node)
    return None


def _fold_part(node: ast.AST) -> str:
    content = _fold(node.value if isinstance(node, ast.FormattedValue) else node)
    return "\0" if content is None else content


def _fold_operation(node: ast.BinOp) -> str | None:
    if isinstance(node.op, ast.Add):
        left, right = _fold(node.left), _fold(node.right)
        return None if left is None and right is None else (left or "\0") + (right or "\0")
    if isinstance(node.op, ast.Mod) and (template := _fold(node.left)) is not None:
        parts = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        for part in parts:
            template = template.replace("%s", _fold_part(part), 1)
        return template
    return None


def _fold_call(node: ast.Call) -> str | None:
    if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Constant | ast.JoinedStr):
        return None
    text = _fold(node.func.value)
    if text is None:
        return None
    if node.func.attr == "join" and node.args and isinstance(node.args[0], ast.List | ast.Tuple | ast.Set):
        return text.join(_fold_part(part) for part in node.args[0].elts)
    if node.func.attr == "format":
        for number, part in enumerate(node.args):
            text = text.replace("{}", _fold_part(part), 1).replace(f"{{{number}}}", _fold_part(part))
        for keyword in node.keywords:
            text = text.replace(f"{{{keyword.arg}}}", _fold_part(keyword.value))
        return text
    if node.func.attr == "replace" and len(node.args) == 2:
        return text.replace(_fold_part(node.args[0]), _fold_part(node.args[1]))
    return None


def _says(content: str, name: str, *, prose: bool) -> bool:
    """Return True if the text names the thing, as a path, a lookup or the name alone; prose only where asked for."""
    for match in re.finditer(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", content):
        before, after = content[: match.start()][-1:], content[match.end() :][:2]
        if prose or content.strip(" \t\n\"'") == name:
            return True
        if before in (".", ":", "/", '"', "'", "`", "\0", "[", "|", "(", "@") and before:
            return True
        if re.match(r"[.:/]\w|[\"'`\[|(\0]", after):
            return True
        if not re.search(r"\s", content):
            return True
    return False
