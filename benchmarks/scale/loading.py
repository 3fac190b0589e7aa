"""Writing a history of any length, in bulk and in order of time.

The triggers let a run come in as queued alone, so they are set aside while the rows are written, and what they and the
foreign keys would have refused is looked for afterwards; CHECK constraints and unique constraints hold all along. The
indexes of the large tables are made at the end, as their definitions were.

A year has 1,000,000 runs whatever the length: a longer history is an older one, not a busier one.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.scale.engines import Engine, engine
from benchmarks.scale.rows import SECONDS_APART, TABLES, statements

CHUNK = 250_000
Tell = Callable[[str], None]


def load(runs: int, *, tell: Tell = lambda _text: None) -> None:
    """Into a migrated database that has the places and no run."""
    ours = engine()
    with ours.unguarded(TABLES), _indexes_later(ours, runs, tell):
        for first, last in _chunks(runs):
            for statement in statements(ours, runs, first, last):
                _execute(statement)
            tell(f"{last:,} runs")
    ours.settle(TABLES)
    _require_legal()


def _chunks(runs: int) -> Iterator[tuple[int, int]]:
    for first in range(1, runs + 1, CHUNK):
        yield first, min(first + CHUNK - 1, runs)


@contextmanager
def _indexes_later(ours: Engine, runs: int, tell: Tell) -> Iterator[None]:
    """Worth it from some ten thousand rows on."""
    definitions = ours.indexes_of(TABLES) if runs > CHUNK // 4 else {}
    for name in definitions:
        _execute(f"DROP INDEX {name}")
    yield
    for name, definition in definitions.items():
        tell(f"index {name}")
        _execute(definition)


_ILLEGAL = {
    "an ending that was not told, or told twice": """
        SELECT count(*) FROM operation_runs r LEFT JOIN notifications n ON n.run_id = r.id
        WHERE (r.status = 'completed' AND r.initiator_id IS NOT NULL) <> (n.id IS NOT NULL)
           OR n.recipient_id <> r.initiator_id OR n.workspace_id <> r.workspace_id
           OR n.id IS NOT NULL AND coalesce(n.tenant_id, 0) <> coalesce(r.tenant_id, 0)""",
    "a run that points into another workspace": """
        SELECT count(*) FROM operation_runs r
        LEFT JOIN tenants t ON t.id = r.tenant_id AND t.workspace_id = r.workspace_id
        WHERE r.tenant_id IS NOT NULL AND t.id IS NULL""",
    "a run that repeats one of another workspace": """
        SELECT count(*) FROM operation_runs r JOIN operation_runs before ON before.id = r.retry_of_id
        WHERE before.workspace_id <> r.workspace_id OR before.id >= r.id""",
    **{
        f"a row in {table} of no run": f"""
        SELECT count(*) FROM {table} t LEFT JOIN operation_runs r ON r.id = t.run_id WHERE r.id IS NULL"""
        for table in ("operation_run_events", "operation_run_items", "operation_run_progress")
    },
    "a run of nobody": """
        SELECT count(*) FROM operation_runs r LEFT JOIN users u ON u.id = r.initiator_id
        WHERE r.initiator_id IS NOT NULL AND u.id IS NULL""",
}


def _require_legal() -> None:
    """Raises AssertionError for what the product would never have written."""
    for what, question in _ILLEGAL.items():
        count = _execute(question)
        assert count == 0, f"{count} times: {what}"


def _execute(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def to_stderr(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


__all__ = ["SECONDS_APART", "load", "to_stderr"]
