"""Turn a time range into a range of run ids, so that lists sorted by id can stop early.

Runs are numbered as they are asked for, so ids and times grow together; a list that is sorted by id can then stop where
the span ends instead of looking through the rest of the history. The border is found by halving, in one statement that
looks at some twenty entries of an index whatever the length of the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from tenantpilot.core.fast_insert import stored_time

# Two machines' clocks differ, and of two starts at once the one that was numbered first may carry the later time.
BLUR = timedelta(minutes=10)

# A planner takes ids and times for independent, multiplies their shares, and holds any span for nearly empty. Of an
# expression it knows nothing.
_ASKED_AT = Coalesce(F("created_at"), Value(None, output_field=DateTimeField()))

_PROBE = (
    "(SELECT CASE WHEN created_at < moment THEN id ELSE 0 END FROM operation_runs"
    " WHERE {column} = place AND id >= {middle} ORDER BY id LIMIT 1)"
)
_LOW = "CASE WHEN old > 0 THEN old ELSE low END"
_HIGH = "CASE WHEN old > 0 THEN high ELSE (low + high + 1) / 2 - 1 END"


@dataclass(frozen=True)
class _Border:
    """A border: runs up to `first` were created before the moment, and none behind `last` was."""

    first: int = 0
    last: int = 0


def since(moment: datetime, *, tenant_id: int | None = None, workspace_ids: Sequence[int] = ()) -> Q:
    """Return the runs that were started at the moment or later, in a tenant or in workspaces. One query."""
    return span(moment, None, tenant_id=tenant_id, workspace_ids=workspace_ids)


def before(moment: datetime, *, tenant_id: int | None = None, workspace_ids: Sequence[int] = ()) -> Q:
    """Return the runs that were started before the moment, in a tenant or in workspaces. One query."""
    return span(None, moment, tenant_id=tenant_id, workspace_ids=workspace_ids)


def span(
    first: datetime | None,
    end: datetime | None,
    *,
    tenant_id: int | None = None,
    workspace_ids: Sequence[int] = (),
) -> Q:
    """From the first moment, if any, until before the end, if any. One query for all places; none without a moment."""
    column, places = ("tenant_id", [tenant_id]) if tenant_id is not None else ("workspace_id", [*workspace_ids])
    probed = [*([first - BLUR] if first else []), *([end + BLUR] if end else [])]
    borders = _borders(column, places, probed)
    condition = Q()
    if first:
        condition &= Q(pk__gt=_unweighed(borders[first - BLUR].first)) & Q(GreaterThanOrEqual(_ASKED_AT, first))
    if end:
        condition &= Q(pk__lte=_unweighed(borders[end + BLUR].last)) & Q(LessThan(_ASKED_AT, end))
    return condition


def _unweighed(border: int) -> CombinedExpression:
    """Return the border as a sum, whose value SQLite does not use in planning; PostgreSQL adds it while planning.

    Of a number SQLite looks up two dozen samples of each index, and what lies between two of them it can only guess:
    by chance it took the index of the workspace, or of another column, for the shorter way to a tenant's runs. Without
    them it goes by how many runs a tenant has and how many its workspace, and that it knows.
    """
    return Value(border) + 0


def _borders(column: str, places: Sequence[int | None], moments: Sequence[datetime]) -> dict[datetime, _Border]:
    """Of each moment, in whichever place it comes first and last."""
    borders = {number: _Border() for number in range(len(moments))}
    if places and moments:
        questions = [(place, number, stored_time(moment)) for place in places for number, moment in enumerate(moments)]
        with connection.cursor() as cursor:
            cursor.execute(_statement(column, len(questions)), [value for row in questions for value in row])
            borders |= {number: _Border(low, high) for number, low, high in cursor.fetchall()}
    return {moment: borders[number] for number, moment in enumerate(moments)}


def _statement(column: str, rows: int) -> str:
    """Return SQL whose rows are a range with a border in it, and the old run that begins its upper half."""
    last = f"coalesce((SELECT max(id) FROM operation_runs WHERE {column} = place), 0)"  # noqa: S608 names of ours
    probe = _PROBE.format(column=column, middle="(low + high + 1) / 2")
    following = _PROBE.format(column=column, middle=f"({_LOW} + {_HIGH} + 1) / 2")
    questions = f"(VALUES {', '.join(['(%s, %s, %s)'] * rows)}) asked"
    named = f"(SELECT column1 AS place, column2 AS number, column3 AS moment FROM {questions}) named"  # noqa: S608
    ends = f"(SELECT place, number, moment, CAST(0 AS bigint) AS low, {last} AS high FROM {named}) ends"  # noqa: S608
    return (
        "WITH RECURSIVE halves (place, number, moment, low, high, old) AS ("  # noqa: S608
        f"SELECT place, number, moment, low, high, {probe} FROM {ends} UNION ALL"
        f" SELECT place, number, moment, {_LOW}, {_HIGH}, {following} FROM halves WHERE low < high)"
        " SELECT number, min(low), max(low) FROM halves WHERE low >= high GROUP BY number"
    )
