"""Deleting what is over, a window at a time, through the gate that the database keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tenantpilot.operations.guards.sqlite import PURGE_GATE
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.retention.rules import Rules

WINDOW = 500


@dataclass(frozen=True)
class Window:
    """A stretch of a workspace's runs by id. `over` are those to delete."""

    last: int
    over: tuple[int, ...]


def next_window(workspace_id: int, rules: Rules, *, after: int, now: datetime) -> Window | None:
    """Return the next 500 runs behind `after`, read by the index of the workspace; None when all the rest is young."""
    runs = OperationRun.everywhere.filter(workspace_id=workspace_id, pk__gt=after).oldest_first()
    rows = list(runs.values_list("pk", "type", "outcome", "completed_at", "created_at")[:WINDOW])
    if not any(created_at < rules.nothing_is_over_after(now=now) for *_rest, created_at in rows):
        return None
    over = (
        pk
        for pk, type_key, outcome, completed_at, _created_at in rows
        if outcome and completed_at and rules.is_over(type_key, outcome, completed_at, now=now)
    )
    return Window(rows[-1][0], tuple(over))


def purge(window: Window) -> int:
    """Delete the runs that are over with all that hangs on them; answers how many. Call it in a transaction.

    What is still under way is not touched, and the database refuses to.
    """
    if not window.over:
        return 0
    with gate_open():
        # Their keys are enough: to read what they hold would take longer than to delete it.
        over = OperationRun.everywhere.completed().filter(pk__in=window.over).only("pk")
        _total, deleted = over.delete()
    return deleted.get(OperationRun._meta.label, 0)


@contextmanager
def gate_open() -> Iterator[None]:
    """Let ended runs be deleted, within the caller's transaction alone: nobody else ever sees it open."""
    _set_gate(is_open=True)
    yield
    _set_gate(is_open=False)


def _set_gate(*, is_open: bool) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"UPDATE {PURGE_GATE} SET open = %s", [int(is_open)])  # noqa: S608 a name of ours
        else:
            cursor.execute("SELECT set_config('tenantpilot.purge', %s, true)", ["on" if is_open else "off"])
