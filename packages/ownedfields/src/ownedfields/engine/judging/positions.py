"""The position in the code under review that a frame has reached, and the call that led to it."""

from __future__ import annotations

import ast

from ownedfields.engine.data.declarations import Module
from ownedfields.engine.judging.raw_findings import Place, place_of
from ownedfields.findings import Evidence


class Site:
    """The call that brought a helper's body under review."""

    __slots__ = ("module", "place")

    def __init__(self, module: Module, place: Place) -> None:
        self.module = module
        self.place = place


class Position:
    """A statement of a module, the functions around it, and the call that brought them under review.

    A frame is one. It sets these attributes in its own constructor, because a call of a second one would cost time.
    """

    __slots__ = ("active", "module", "site", "statement", "symbol")

    module: Module
    symbol: str
    site: Site | None
    active: tuple[ast.AST, ...]
    statement: ast.AST | None

    def evidence(self, node: ast.AST, note: str = "") -> Evidence:
        """Return a step of evidence at `node`."""
        line = getattr(node, "lineno", 1)
        return Evidence(self.module.path, line, self.module.snippet(line), note)

    def place(self, node: ast.AST) -> Place:
        """Return the place of `node`."""
        return place_of(self.module.path, node, self.statement, self.symbol)
