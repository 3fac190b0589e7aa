"""The raw hits of the engine, before anybody decides which to print."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Protocol

from ownedfields.config import Guard
from ownedfields.findings import Evidence


@dataclass(frozen=True, slots=True)
class Place:
    """A node of one file, and the statement around it."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    first_line: int
    last_line: int
    symbol: str


class WrittenModel(Protocol):
    """The model of a write, as far as a finding speaks of it."""

    @property
    def path(self) -> str:
        """Return the import path of the model."""

    @property
    def name(self) -> str:
        """Return the class name."""

    @property
    def table(self) -> str:
        """Return the table of its rows."""

    @property
    def guards(self) -> list[Guard]:
        """Return the guards of its fields."""


@dataclass(frozen=True, slots=True)
class WriteHit:
    """A write to a protected field. `sink` is where the write happens, `place` where it is to be mended."""

    rule: str
    place: Place
    model: WrittenModel
    field: str
    how: str
    evidence: tuple[Evidence, ...]
    sink: tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A file that touches, calls or stores something a `together` rule speaks of."""

    place: Place
    subject: str
    note: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(eq=False, slots=True)
class Hits:
    """Everything found in one file."""

    writes: dict[tuple[str, str, str, int, int], WriteHit] = field(default_factory=dict)
    touches: dict[str, Mention] = field(default_factory=dict)
    stores: dict[tuple[str, int, int], Mention] = field(default_factory=dict)
    calls: dict[tuple[str, int, int], Mention] = field(default_factory=dict)

    def write(self, hit: WriteHit) -> None:
        """Keep a write; the first account of a place wins."""
        key = (hit.rule, hit.model.path, hit.field, hit.place.line, hit.place.column)
        self.writes.setdefault(key, hit)


def place_of(path: str, node: ast.AST, statement: ast.AST | None, symbol: str) -> Place:
    """Return the place of `node`, which stands in `statement`."""
    line = getattr(node, "lineno", 1)
    around = statement if statement is not None else node
    first = getattr(around, "lineno", line)
    return Place(
        path=path,
        line=line,
        column=getattr(node, "col_offset", 0),
        end_line=getattr(node, "end_lineno", None) or line,
        end_column=getattr(node, "end_col_offset", None) or 0,
        first_line=min(first, line),
        last_line=max(_header_end(around, line), getattr(node, "end_lineno", None) or line),
        symbol=symbol,
    )


def _header_end(statement: ast.AST, line: int) -> int:
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body:
        return max(line, int(body[0].lineno) - 1)
    return int(getattr(statement, "end_lineno", None) or line)
