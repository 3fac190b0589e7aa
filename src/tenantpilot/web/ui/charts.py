"""Bars made by the server: each row is words, a drawing and a figure, so that nothing hangs on the drawing (UX-74)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Words = str | Promise
ROWS_AT_MOST = 10


@dataclass(frozen=True)
class Figures:
    """A row of figures. `url` leads to the counted rows."""

    label: Words
    present: int
    missing: int
    url: str

    @property
    def total(self) -> int:
        return self.present + self.missing


@dataclass(frozen=True)
class Bar:
    """A row as drawn: widths are in hundredths of the longest."""

    figures: Figures
    present_width: float
    missing_width: float


@dataclass(frozen=True)
class BarChart:
    title: Words
    summary: str
    bars: list[Bar]
    rows: list[Figures]

    @property
    def others(self) -> int:
        """Rows that only the table shows."""
        return len(self.rows) - len(self.bars)


def bar_chart(title: Words, summary: str, rows: list[Figures]) -> BarChart:
    """The largest first; the table behind it has them all."""
    ordered = sorted((row for row in rows if row.total), key=lambda row: (-row.total, str(row.label)))
    longest = max((row.total for row in ordered), default=1)
    bars = [
        Bar(row, round(100 * row.present / longest, 2), round(100 * row.missing / longest, 2))
        for row in ordered[:ROWS_AT_MOST]
    ]
    return BarChart(title, summary, bars, ordered)


def policies_summary(rows: list[Figures]) -> str:
    """Return one sentence over all types."""
    filled = [row for row in rows if row.total]
    if not filled:
        return _("No policies yet.")
    largest = max(filled, key=lambda row: row.total)
    return _("%(policies)d policies of %(types)d types, most of them %(largest)s (%(number)d).") % {
        "policies": sum(row.total for row in filled),
        "types": len(filled),
        "largest": largest.label,
        "number": largest.total,
    }
