"""The rows of a history as statements: each row follows from its number alone, so that two loads are alike."""

import time
from collections.abc import Iterator
from functools import cache

from benchmarks.scale.engines import Engine
from benchmarks.scale.places import PEOPLE, TENANTS, WORKSPACES

TABLES = (
    "operation_runs",
    "operation_run_progress",
    "operation_run_events",
    "operation_run_items",
    "notifications",
    "schedule_slots",
)
SECONDS_APART = 31.536
NEWEST_ENDED_SECONDS_AGO = 900
MAYBE_ACTIVE = 120
"""Of the newest this many runs about half have not ended."""

_PRIME = 2**31 - 1
_FACTORS = (630360016, 742938285, 950706376, 1226874159, 62089911, 1343714438, 48271, 69621, 16807, 39373)
_OPERATIONS = (
    (600, "inventory_sync"),
    (850, "connection_check"),
    (980, "bulk_policy_ignore"),
    (1000, "bulk_policy_unignore"),
)
_OUTCOMES = ((800, "succeeded"), (860, "partially_succeeded"), (960, "failed"), (1000, "cancelled"))
OUTCOMES = tuple(outcome for _below, outcome in _OUTCOMES)
_COUNTS = '{"total": 120, "processed": 120, "unchanged": 118}'
_FAILURES = '[{"code": "worker_lost", "message": "The worker was lost."}]'
_SEVERAL = WORKSPACES * TENANTS - TENANTS


def statements(ours: Engine, runs: int, first: int, last: int) -> Iterator[str]:
    """Everything about the runs from `first` to `last` of a history of `runs`."""
    yield _runs(ours, runs, first, last)
    yield from (text.format(these=f"id BETWEEN {first} AND {last}") for text in _following(ours))


def _roll(number: str, which: int, sides: int) -> str:
    """A die that always falls alike for a number; `which` is one of ten."""
    return f"({number} * {_FACTORS[which]} % {_PRIME} % {sides})"


def _chosen(roll: str, choices: tuple[tuple[int, str], ...]) -> str:
    cases = " ".join(f"WHEN {roll} < {below} THEN '{value}'" for below, value in choices)
    return f"CASE {cases} END"


@cache
def _begins_at(runs: int) -> float:
    return time.time() - NEWEST_ENDED_SECONDS_AGO - runs * SECONDS_APART


def _runs(ours: Engine, runs: int, first: int, last: int) -> str:
    """One in a hundred repeats the run before it, and shares its place and its type."""
    created = f"{_begins_at(runs):.3f} + n * {SECONDS_APART}"
    eager = _roll("n", 3, 1000)
    repeats = "(n % 100 = 1 AND n > 1)"
    return f"""
    INSERT INTO operation_runs (id, workspace_id, tenant_id, initiator_id, type, status, outcome, identity, inputs,
      retry_of_id, created_at, started_at, completed_at, queue, dispatched_at, dispatches, attempt, lease_token,
      lease_owner, lease_expires_at, summary_counts, failure_summary, reason_code, message, context)
    SELECT n, workspace, tenant, person, type, status, outcome, {ours.padded("n", 64)}, {ours.json("'{}'")},
      {_unless("NOT repeats", "n - 1")},
      {ours.time("born")}, {_unless("started IS NULL", ours.time("started"))},
      {_unless("outcome IS NULL", ours.time("coalesce(started, born) + took"))},
      'bulk', {ours.time("born")}, 1, CASE WHEN started IS NULL THEN 0 ELSE 1 END,
      {_unless("status <> 'running'", ours.uuid("n"))}, CASE WHEN status = 'running' THEN 'worker' ELSE '' END,
      {_unless("status <> 'running'", ours.time("born + 100000000"))},
      {ours.json(f"CASE WHEN outcome IS NULL THEN '{{}}' ELSE '{_COUNTS}' END")},
      {ours.json(f"CASE WHEN outcome = 'failed' THEN '{_FAILURES}' ELSE '[]' END")},
      CASE WHEN outcome = 'failed' THEN 'worker_lost' ELSE '' END,
      CASE WHEN outcome = 'failed' THEN 'The worker was lost.' ELSE '' END, {ours.json("'{}'")}
    FROM (
      SELECT n, repeats, workspace, tenant, type, status, born, 5 + {_roll("n", 8, 600)} AS took,
        CASE WHEN {_roll("n", 2, 100)} < 50 AND tenant IS NOT NULL
          THEN (workspace - 1) * {PEOPLE} + 1 + {eager} * {eager} * {PEOPLE} / 1000000 END AS person,
        CASE WHEN status = 'completed' THEN outcome END AS outcome,
        CASE WHEN status <> 'queued' AND (outcome <> 'cancelled' OR status = 'running' OR {_roll("n", 7, 2)} = 0)
          THEN born + 1 + {_roll("n", 7, 20)} END AS started
      FROM (
        SELECT n, repeats, tenant, coalesce((tenant - 1) / {TENANTS} + 1, 1 + {_roll("m", 1, WORKSPACES)}) AS workspace,
          CASE WHEN tenant IS NULL THEN 'operation_retention'
               ELSE {_chosen(_roll("m", 4, 1000), _OPERATIONS)} END AS type,
          CASE WHEN n <= {runs - MAYBE_ACTIVE} OR {_roll("n", 6, 2)} = 0 OR tenant IS NULL THEN 'completed'
               WHEN {_roll("n", 7, 5)} = 0 THEN 'running' ELSE 'queued' END AS status,
          {_chosen(_roll("n", 5, 1000), _OUTCOMES)} AS outcome, {created} AS born
        FROM (
          SELECT n, m, m <> n AS repeats,
            CASE WHEN {_roll("m", 0, 10000)} < 20 THEN NULL WHEN {_roll("m", 0, 10000)} < 2500 THEN 1
                 WHEN {_roll("m", 0, 10000)} < 5000 THEN 2 + {_roll("m", 1, TENANTS - 1)}
                 ELSE {TENANTS + 1} + {_roll("m", 1, _SEVERAL)} END AS tenant
          FROM (SELECT n, CASE WHEN {repeats} THEN n - 1 ELSE n END AS m FROM {ours.numbers(first, last)}) numbered
        ) placed
      ) born
    ) lived"""


def _unless(condition: str, value: str) -> str:
    return f"CASE WHEN {condition} THEN NULL ELSE {value} END"


def _following(ours: Engine) -> tuple[str, ...]:
    """What hangs on the runs: progress, timeline, items of one run in a thousand, notifications, slots of schedules."""
    empty = ours.json("'{{}}'")
    told = ours.json("""'{{"type": "inventory_sync", "outcome": "succeeded", "counts": {{"total": 120}}}}'""")
    return (
        "INSERT INTO operation_run_progress (run_id, processed, total, updated_at)"
        " SELECT id, 120, 120, started_at FROM operation_runs WHERE {these} AND started_at IS NOT NULL",
        *(
            "INSERT INTO operation_run_events (run_id, name, at, attempt, data)"
            f" SELECT id, '{name}', {at}, {attempt}, {empty} FROM operation_runs"
            f" WHERE {{these}} AND {at} IS NOT NULL ORDER BY id"
            for name, at, attempt in (
                ("queued", "created_at", "0"),
                ("started", "started_at", "1"),
                ("completed", "completed_at", "attempt"),
            )
        ),
        "INSERT INTO operation_run_items (run_id, position, key, label, state, reason_code, message)"
        f" SELECT id, n, {ours.padded('n', 12)}, {ours.padded('n', 12)},"
        " CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'succeeded' END,"
        " CASE WHEN n % 10 = 0 THEN 'graph_not_found' ELSE '' END, ''"
        f" FROM operation_runs, {ours.numbers(1, 100)} WHERE {{these}} AND id % 1000 = 500",
        "INSERT INTO notifications (workspace_id, tenant_id, recipient_id, kind, run_id, data, created_at, read_at)"
        f" SELECT workspace_id, tenant_id, initiator_id, 'operation_run_completed', id, {told}, completed_at,"
        f" CASE WHEN {_roll('id', 9, 100)} = 0 THEN NULL ELSE completed_at END"
        " FROM operation_runs WHERE {these} AND initiator_id IS NOT NULL AND status = 'completed' ORDER BY id",
        "INSERT INTO schedule_slots (schedule_id, slot_at, filled_at, result, run_id)"
        " SELECT tenant_id, created_at, created_at, 'started', id FROM operation_runs"
        " WHERE {these} AND tenant_id IS NOT NULL AND id % 4 = 0 ORDER BY id",
    )
