"""The trend of protection: a bar for each day, its figures as a table, and a sentence on them (UX-74)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.backups.days import TenantDay, WorkspaceDay
from tenantpilot.web.ui import parameters
from tenantpilot.web.ui.words import figure

RANGES = (30, 90)
USUAL = RANGES[0]
STEP, GAP, HEIGHT = 10, 2, 100
# The looks of the pieces are those of the outcomes of runs.
GOOD, PARTLY, NONE = "succeeded", "partially_succeeded", "cancelled"


@dataclass(frozen=True)
class Piece:
    """A part of a bar, in units of the drawing."""

    look: str
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class TrendRow:
    """A day: each number with the name of its column, its bar, and all in words."""

    day: date
    cells: Sequence[tuple[str, int]]
    pieces: Sequence[Piece]
    words: str
    x: int


@dataclass(frozen=True)
class Legend:
    look: str
    label: str


@dataclass(frozen=True)
class Trend:
    """`top` is the number at the upper edge; `columns` head the numbers of each row. It is empty if no set ended."""

    title: str
    summary: str
    legend: Sequence[Legend]
    columns: Sequence[str]
    rows: Sequence[TrendRow]
    top: int
    ranges: Sequence[dict[str, Any]]
    is_empty: bool

    @property
    def width(self) -> int:
        return STEP * len(self.rows)

    @property
    def bar_width(self) -> int:
        return STEP - GAP


def asked_days(request: HttpRequest) -> int:
    """Return the range in the address; one that is not offered is the usual one."""
    return int(parameters.choice(request.GET, "days", [str(days) for days in RANGES], usual=str(USUAL)))


def trend_of_tenant(days: Sequence[TenantDay], *, path: str) -> Trend:
    """Show on each day how many policies in care a good set of that day held."""
    columns = [_("Good sets"), _("Incomplete"), _("Failed"), _("Policies held"), _("Policies in care")]
    legend = [
        Legend(GOOD, _("Held by a good set of the day")),
        Legend(NONE, _("In care, and in no good set of the day")),
    ]
    top = max((max(day.in_care, day.policies) for day in days), default=0) or 1
    rows = []
    for at, day in enumerate(days):
        open_policies = max(day.in_care - day.policies, 0)
        numbers = (day.good, day.incomplete, day.failed, day.policies, day.in_care)
        pieces = _pieces(at, top, ((GOOD, day.policies), (NONE, open_policies)))
        rows.append(_row(at, day.day, columns, numbers, pieces))
    title = _("Policies in a good backup, by day")
    is_empty = not any(day.good or day.incomplete or day.failed for day in days)
    return Trend(title, _summary_of_tenant(days), legend, columns, rows, top, _ranges(path, len(days)), is_empty)


def trend_of_workspace(days: Sequence[WorkspaceDay], *, tenants: int, path: str) -> Trend:
    """Show on each day how many tenants had a good set of that day."""
    columns = [_("With a good set"), _("With none that is good"), _("Without any set")]
    legend = [Legend(look, label) for look, label in zip((GOOD, PARTLY, NONE), columns, strict=True)]
    top = max([tenants, *(day.good + day.not_good for day in days)]) or 1
    rows = []
    for at, day in enumerate(days):
        numbers = (day.good, day.not_good, max(tenants - day.good - day.not_good, 0))
        pieces = _pieces(at, top, zip((GOOD, PARTLY, NONE), numbers, strict=True))
        rows.append(_row(at, day.day, columns, numbers, pieces))
    title = _("Tenants with a good backup, by day")
    is_empty, ranges = not any(day.good or day.not_good for day in days), _ranges(path, len(days))
    return Trend(title, _summary_of_workspace(days, tenants), legend, columns, rows, top, ranges, is_empty)


def _pieces(at: int, top: int, parts: Any) -> list[Piece]:
    pieces, below = [], 0.0
    for look, number in parts:
        height = round(HEIGHT * number / top, 2)
        if height:
            pieces.append(Piece(look, STEP * at, round(HEIGHT - below - height, 2), height))
        below += height
    return pieces


def _row(at: int, day: date, columns: Sequence[str], numbers: Sequence[int], pieces: Sequence[Piece]) -> TrendRow:
    cells = list(zip(columns, numbers, strict=True))
    figures = ", ".join(f"{label}: {figure(number)}" for label, number in cells)
    return TrendRow(day, cells, pieces, f"{date_format(day, 'j M Y')}. {figures}", STEP * at)


def _summary_of_tenant(days: Sequence[TenantDay]) -> str:
    good = sum(day.good > 0 for day in days)
    words = ngettext(
        "%(good)s of the last %(days)d days had a good set.", "%(good)s of the last %(days)d days had a good set.", good
    )
    complete_days = sum(0 < day.in_care <= day.policies for day in days)
    more = ngettext(
        "On %(whole)s day one held every policy in care.",
        "On %(whole)s days one held every policy in care.",
        complete_days,
    )
    return f"{words % {'good': figure(good), 'days': len(days)}} {more % {'whole': figure(complete_days)}}"


def _summary_of_workspace(days: Sequence[WorkspaceDay], tenants: int) -> str:
    best, last = max(days, key=lambda day: day.good), days[-1]
    words = ngettext(
        "%(today)s of %(tenants)s tenant had a good set today; the most in %(days)d days were %(most)s, on %(day)s.",
        "%(today)s of %(tenants)s tenants had a good set today; the most in %(days)d days were %(most)s, on %(day)s.",
        tenants,
    )
    return words % {
        "today": figure(last.good),
        "tenants": figure(tenants),
        "days": len(days),
        "most": figure(best.good),
        "day": date_format(best.day, "j M Y"),
    }


def _ranges(path: str, chosen: int) -> list[dict[str, Any]]:
    return [
        {
            "label": ngettext("%(days)d day", "%(days)d days", days) % {"days": days},
            "url": path if days == USUAL else f"{path}?days={days}",
            "is_current": days == chosen,
        }
        for days in RANGES
    ]
