"""The one table that `make bench` prints."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`ratio` is measured against `against`; `goal` says what it should be, such as "≤ 3" or "≥ 0.5"."""

    what: str
    against: str
    ratio: float
    goal: str
    detail: str = ""

    @property
    def reached(self) -> bool:
        sign, _space, number = self.goal.partition(" ")
        return self.ratio <= float(number) if sign == "≤" else self.ratio >= float(number)


HEAD = ("what", "against", "ratio", "goal", "", "detail")


def printed(rows: Iterable[Row]) -> str:
    """Columns as wide as they need to be."""
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    return (row.what, row.against, f"{row.ratio:.2f}", row.goal, "ok" if row.reached else "missed", row.detail)
