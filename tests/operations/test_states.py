"""The table of states, the CHECK constraints and the triggers say the same (OPS-03, OPS-04)."""

from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django_scopes import scope

from tenantpilot.core.badges import BadgeCatalog, Tone
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.states import ACTIVE, ENDINGS_WITHOUT_START, MOVES, RunOutcome, RunStatus
from tests.operations.kit import Engine, again
from tests.operations.test_illegal_writes import END, LATER, NO_LEASE, START

pytestmark = pytest.mark.contract


def test_a_run_has_exactly_three_states_and_four_endings() -> None:
    """OPS-03."""
    assert RunStatus.values == ["queued", "running", "completed"]
    assert RunOutcome.values == ["succeeded", "partially_succeeded", "failed", "cancelled"]


def test_nothing_leaves_completed() -> None:
    """OPS-04."""
    assert MOVES[RunStatus.COMPLETED] == frozenset()
    assert {RunStatus.QUEUED, RunStatus.RUNNING} == ACTIVE


# How a console would write each state, with all that belongs to it.
BECOME = {
    RunStatus.QUEUED: f"status = 'queued', outcome = NULL, completed_at = NULL, started_at = NULL, {NO_LEASE}",
    RunStatus.RUNNING: f"outcome = NULL, completed_at = NULL, {START}",
    RunStatus.COMPLETED: f"outcome = 'failed', {END}",
}


def in_state(engine: Engine, status: RunStatus) -> OperationRun:
    if status is RunStatus.QUEUED:
        return engine.start()
    return engine.running().run if status is RunStatus.RUNNING else engine.completed()


@pytest.mark.parametrize(("before", "after"), list(product(RunStatus, RunStatus)))
def test_the_database_allows_the_moves_of_the_table_and_no_other(
    engine: Engine, before: RunStatus, after: RunStatus
) -> None:
    """OPS-04: the whole square of states against MOVES."""
    run = in_state(engine, before)
    words = BECOME[after].replace(f"started_at = {LATER}", f"started_at = coalesce(started_at, {LATER})")
    allowed = after in MOVES[before] or (before == after and before in ACTIVE)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE operation_runs SET {words} WHERE id = {run.pk}")
        moved = True
    except DatabaseError:
        moved = False
    assert moved is allowed
    assert again(run).status == (after if allowed else before)


@pytest.mark.parametrize("outcome", RunOutcome)
def test_a_run_that_nobody_took_up_ends_only_as_failed_or_cancelled(engine: Engine, outcome: RunOutcome) -> None:
    """OPS-04: dispatch failed, or cancelled before it started."""
    run = engine.start()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE operation_runs SET {END}, outcome = '{outcome.value}' WHERE id = {run.pk}")
        ended = True
    except DatabaseError:
        ended = False
    assert ended is (outcome in ENDINGS_WITHOUT_START)


def test_an_outcome_is_set_exactly_when_the_run_is_completed(engine: Engine) -> None:
    """OPS-03."""
    assert engine.start(what="a").outcome is None
    assert engine.running(what="b").run.outcome is None
    assert engine.completed(what="c").outcome == RunOutcome.SUCCEEDED


@pytest.mark.parametrize(
    ("state", "tone", "label"),
    [
        ("queued", Tone.NEUTRAL, "Queued"),
        ("running", Tone.INFO, "Running"),
        ("succeeded", Tone.SUCCESS, "Succeeded"),
        ("partially_succeeded", Tone.WARNING, "Partially succeeded"),
        ("failed", Tone.DANGER, "Failed"),
        ("cancelled", Tone.NEUTRAL, "Cancelled"),
    ],
)
def test_every_state_has_its_badge(state: str, tone: Tone, label: str) -> None:
    """UI-01, UX-52."""
    badge = BadgeCatalog.get("run", state)
    assert (badge.tone, str(badge.label)) == (tone, label)
    assert badge.icon


def test_a_run_has_everything_that_the_contract_lists(engine: Engine, alice: Any) -> None:
    """OPS-02."""
    run = engine.completed(alice)
    for name in (
        "workspace", "tenant", "initiator", "type", "status", "outcome", "created_at", "started_at", "completed_at",
        "summary_counts", "failure_summary", "reason_code", "message", "context",
    ):  # fmt: skip
        assert hasattr(run, name), name
    assert OperationRun._meta.db_table == "operation_runs"
    assert OperationRun._meta.get_field("initiator").null
    with scope(workspace=engine.tenant.workspace):
        assert list(engine.tenant.operation_runs.all()) == [run]
