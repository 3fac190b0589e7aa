"""Findings: each has its place, its evidence and its cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Evidence(NamedTuple):
    """A step of the evidence: a line, and the fact that it shows about the receiver or the payload."""

    path: str
    line: int
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation at one place."""

    rule: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    symbol: str = "<module>"
    subject: str = ""
    snippet: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    fix: str = ""
    first_line: int = 0
    last_line: int = 0

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Findings are printed in this order."""
        return (self.path, self.line, self.column, self.rule, self.message)
