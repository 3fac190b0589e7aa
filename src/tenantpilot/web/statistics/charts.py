"""The charts of operations: how many ended on each day, and how long each type takes (UX-74)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.operations.monitoring.statistics import Day, Durations
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.types import operation_types
from tenantpilot.web.ui.words import figure, length

STEP, GAP, HEIGHT = 10, 2, 100
# From the bottom of each bar to its top, so that what went wrong stands out at the end.
STACK = (RunOutcome.SUCCEEDED, RunOutcome.CANCELLED, RunOutcome.PARTIALLY_SUCCEEDED, RunOutcome.FAILED)


@dataclass(frozen=True)
class Piece:
    """The part of one outcome in a day's bar, in units of the drawing."""

    outcome: str
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class DayRow:
    """A day's numbers in the order of STACK, as figures, as words and as drawn."""

    day: date
    numbers: list[int]
    total: int
    pieces: list[Piece]
    words: str
    x: int


@dataclass(frozen=True)
class Legend:
    outcome: str
    label: str
    total: int
    url: str


@dataclass(frozen=True)
class DayChart:
    """`top` is the number at the upper edge."""

    rows: list[DayRow]
    legend: list[Legend]
    summary: str
    top: int

    @property
    def width(self) -> int:
        return STEP * len(self.rows)

    @property
    def bar_width(self) -> int:
        return STEP - GAP

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def first(self) -> date:
        return self.rows[0].day

    @property
    def last(self) -> date:
        return self.rows[-1].day


@dataclass(frozen=True)
class DurationBar:
    """Widths are in hundredths of the slowest type."""

    label: str
    figures: Durations
    median_width: float
    slow_width: float
    url: str


@dataclass(frozen=True)
class DurationChart:
    bars: list[DurationBar]
    summary: str


def day_chart(days: Sequence[Day], list_url: str) -> DayChart:
    """Every day has its bar, also one without a run."""
    top = max((day.total for day in days), default=0) or 1
    rows = [_row(day, at, top) for at, day in enumerate(days)]
    since = {"after": days[0].day.isoformat()}
    legend = [
        Legend(
            outcome.value,
            str(outcome.label),
            sum(day.ended[outcome] for day in days),
            f"{list_url}?{urlencode({'state': outcome.value, **since})}",
        )
        for outcome in STACK
    ]
    return DayChart(rows, legend, _days_summary(days), top)


def duration_chart(rows: Sequence[Durations], list_url: str) -> DurationChart:
    """Return the most frequent type first."""
    longest = max((row.slow for row in rows), default=timedelta()) or timedelta(seconds=1)
    bars = [
        DurationBar(
            operation_types.label(row.type),
            row,
            round(100 * (row.median / longest), 2),
            round(100 * (row.slow / longest), 2),
            f"{list_url}?{urlencode({'type': row.type})}",
        )
        for row in rows
    ]
    return DurationChart(bars, _durations_summary(rows))


def _row(day: Day, at: int, top: int) -> DayRow:
    pieces, below = [], 0.0
    for outcome in STACK:
        height = round(HEIGHT * day.ended[outcome] / top, 2)
        if height:
            pieces.append(Piece(outcome.value, STEP * at, round(HEIGHT - below - height, 2), height))
        below += height
    numbers = [day.ended[outcome] for outcome in STACK]
    return DayRow(day.day, numbers, day.total, pieces, _day_words(day), STEP * at)


def _day_words(day: Day) -> str:
    figures = [f"{figure(day.ended[outcome])} {str(outcome.label).lower()}" for outcome in STACK if day.ended[outcome]]
    return f"{date_format(day.day, 'j M Y')}: {', '.join(figures) or _('none')}"


def _days_summary(days: Sequence[Day]) -> str:
    total = sum(day.total for day in days)
    failed = sum(day.ended[RunOutcome.FAILED] for day in days)
    busiest = max(days, key=lambda day: day.total)
    words = ngettext("%(total)s run ended in %(days)d days", "%(total)s runs ended in %(days)d days", total)
    ended = words % {"total": figure(total), "days": len(days)}
    rest = _("%(failed)s of them failed; the most on one day were %(most)s, on %(day)s.") % {
        "failed": figure(failed),
        "most": figure(busiest.total),
        "day": date_format(busiest.day, "j M Y"),
    }
    return f"{ended}, {rest}"


def _durations_summary(rows: Sequence[Durations]) -> str:
    if not rows:
        return ""
    slowest = max(rows, key=lambda row: row.slow)
    words = _(
        "Half of a type's runs are faster than its median. The slowest type is %(type)s: 95 of 100 within %(time)s."
    )
    return words % {"type": operation_types.label(slowest.type), "time": length(slowest.slow)}
