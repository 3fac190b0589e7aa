"""Where in the history a moment lies, so that a span of time is a range of ids.

Runs are numbered as they are asked for, so ids and times grow together; a list that is sorted by id can then stop where
the span ends instead of looking through the rest of the history. The border is found by halving, in one statement that
looks at some twenty entries of an index whatever the length of the history.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from tenantpilot.core.inserting import stored_time

# Two machines' clocks differ, and of two starts at once the one that was numbered first may carry the later time.
BLUR = timedelta(minutes=10)

# A planner takes ids and times for independent, multiplies their shares, and holds any span for nearly empty. Of an
# expression it knows nothing.
_ASKED_AT = Coalesce(F("created_at"), Value(None, output_field=DateTimeField()))

_PROBE = (
    "(SELECT CASE WHEN created_at < %s THEN id ELSE 0 END FROM operation_runs"
    " WHERE {place} = %s AND id >= {middle} ORDER BY id LIMIT 1)"
)
_LOW = "CASE WHEN old > 0 THEN old ELSE low END"
_HIGH = "CASE WHEN old > 0 THEN high ELSE (low + high + 1) / 2 - 1 END"


def since(moment: datetime, *, tenant_id: int | None = None, workspace_ids: Sequence[int] = ()) -> Q:
    """What was asked for at the moment or later, in a tenant or in workspaces. One query for each."""
    border = min(_borders(moment - BLUR, tenant_id, workspace_ids), default=0)
    return Q(pk__gt=border) & Q(GreaterThanOrEqual(_ASKED_AT, moment))


def before(moment: datetime, *, tenant_id: int | None = None, workspace_ids: Sequence[int] = ()) -> Q:
    """What was asked for earlier than the moment, in a tenant or in workspaces. One query for each."""
    border = max(_borders(moment + BLUR, tenant_id, workspace_ids), default=0)
    return Q(pk__lte=border) & Q(LessThan(_ASKED_AT, moment))


def _borders(moment: datetime, tenant_id: int | None, workspace_ids: Sequence[int]) -> list[int]:
    if tenant_id is not None:
        return [_last_before("tenant_id", tenant_id, moment)]
    return [_last_before("workspace_id", key, moment) for key in workspace_ids]


def _last_before(place: str, key: int, moment: datetime) -> int:
    """The id of a run before the moment, with none before it behind; 0 when there is none."""
    at = stored_time(moment)
    with connection.cursor() as cursor:
        cursor.execute(_statement(place), [at, key, key, at, key])
        (found,) = cursor.fetchone()
    return int(found)


def _statement(place: str) -> str:
    """Each row of `halves` is a range in which the border lies, and the old run that its upper half begins with."""
    last = f"coalesce((SELECT max(id) FROM operation_runs WHERE {place} = %s), 0)"  # noqa: S608 names of ours
    probe = _PROBE.format(place=place, middle="(low + high + 1) / 2")
    following = _PROBE.format(place=place, middle=f"({_LOW} + {_HIGH} + 1) / 2")
    return (
        "WITH RECURSIVE halves (low, high, old) AS ("  # noqa: S608
        f"SELECT low, high, {probe} FROM (SELECT CAST(0 AS bigint) AS low, {last} AS high) ends"
        f" UNION ALL SELECT {_LOW}, {_HIGH}, {following} FROM halves WHERE low < high)"
        " SELECT low FROM halves WHERE low >= high"
    )
