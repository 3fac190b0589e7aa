"""Runs against their model, on the real database; and three mutants that it must find (OPS-04 to OPS-07, OPS-23)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tenantpilot.operations import service
from tenantpilot.operations.lifecycle import claiming, completing, reconciler
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.lifecycle.reconciler import Reconciler
from tenantpilot.operations.lifecycle.statements import CLAIM_RUN, ENDED, Condition
from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.notifications import OperationRunCompleted
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.tenancy.models import Tenant, User
from tests.databases import IS_POSTGRESQL
from tests.operations.kit import WORK
from tests.operations.modelling.attacks import AttackedRunMachine
from tests.operations.modelling.machine import RunMachine, World

# 5,000 × 60 together. In one transaction each example is slower than the one before, above all on PostgreSQL: nothing
# that was rolled back inside it can be cleared away, and the oracle reads past all of it.
DEEP_PARTS = 100
EXAMPLES = pytest.mark.parametrize(
    ("examples", "steps"),
    [pytest.param(50 if IS_POSTGRESQL else 200, 40, marks=pytest.mark.timeout(900))]
    + [
        pytest.param(5_000 // DEEP_PARTS, 60, marks=[pytest.mark.deep, pytest.mark.timeout(3_600)], id=f"deep-{part}")
        for part in range(1, DEEP_PARTS + 1)
    ],
)


@pytest.fixture
def world(contoso: Tenant, alice: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setitem(operation_types._types, WORK.key, WORK)
    with override_settings(OPERATIONS_PER_TENANT=1_000, OPERATIONS_PER_WORKSPACE=1_000):
        yield World(contoso, alice)


def explore(
    machine: type[RunMachine], world: World, *, examples: int, steps: int, first_seed: int | None = None
) -> None:
    """Try so many examples: chosen by chance, or the same ones each time for a seed."""
    kind = type("Machine", (machine,), {"world": world})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        kind if first_seed is None else seed(first_seed)(kind),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
        ),
    )  # fmt: skip


def mutant_is_found(world: World, *, first_seed: int = 16) -> bool:
    """Return True if the rows are not as the model says, or the database refuses.

    A mutant that is merely broken proves nothing. The same examples each time, so that finding it is no luck; it stops
    with the first that finds it. The seed is one that finds it early; after a change of the machine it may take longer.
    Nobody attacks here: what the database refuses, mutant or not, would only take the place of what the mutant does.
    """
    try:
        explore(RunMachine, world, examples=2_000, steps=40, first_seed=first_seed)
    except (AssertionError, IntegrityError):
        return True
    return False


@EXAMPLES
def test_whatever_is_done_in_whatever_order_the_rows_are_as_the_model_says(
    world: World, examples: int, steps: int
) -> None:
    """OPS-04, OPS-05, OPS-06, OPS-07, OPS-23: 0 counter-examples."""
    explore(AttackedRunMachine, world, examples=examples, steps=steps)
    assert world.steps > examples * steps / 4


class SplitService(OperationRunService):
    """A mutant: the row is written in one transaction, the telling in the next."""

    def _complete(self, condition: Condition, ending: Ending, *, now: datetime, canceller: Any = None) -> bool:
        record, kept = completing.record_ending, []
        with patch.object(completing, "record_ending", lambda *what, **details: kept.append((what, details))):
            landed = super()._complete(condition, ending, now=now, canceller=canceller)
        for what, details in kept:
            with transaction.atomic():
                record(*what, **details)
        return landed


def test_the_model_finds_an_ending_in_two_transactions(world: World) -> None:
    """OPS-23: a mutant."""
    world.service_class = SplitService
    assert mutant_is_found(world)


def test_the_model_finds_a_missing_fence_of_endings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-07: a mutant."""
    unfenced = Condition("WHERE id = %s AND status = 'running'" + ENDED, ())
    monkeypatch.setattr(service, "held", lambda lease: replace(unfenced, values=(lease.run_id,)))
    assert mutant_is_found(world)


def test_the_model_finds_a_missing_fence_of_reports(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-07: a mutant."""
    unfenced = lambda runs, lease: runs.running().filter(pk=lease.run_id)  # noqa: E731
    monkeypatch.setattr(OperationRunQuerySet, "held_by", unfenced)
    monkeypatch.setattr(type(OperationRun.everywhere), "held_by", lambda manager, lease: unfenced(manager.all(), lease))
    assert mutant_is_found(world)


def test_the_model_finds_a_claim_of_what_another_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-07: a mutant."""
    mutant = CLAIM_RUN.replace(
        "AND lease_owner = ''", ""
    )  # ownedfields: ignore[OPR111] -- the product's, but for a condition
    monkeypatch.setattr(claiming, "CLAIM_RUN", mutant)
    assert mutant_is_found(world)


def test_the_model_finds_a_time_limit_that_goes_by_the_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-07: a mutant."""
    real = Reconciler._settle_lost

    def settle_by_the_clock(self: Reconciler, run: OperationRun, *, now: datetime) -> str:
        if now - run.started_at > timedelta(seconds=WORK.limits.seconds):
            return self._end(run, reconciler._timed_out, now=now)
        return real(self, run, now=now)

    monkeypatch.setattr(Reconciler, "_settle_lost", settle_by_the_clock)
    assert mutant_is_found(world, first_seed=42)


def test_the_model_finds_an_initiator_who_is_not_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-23: a mutant."""
    monkeypatch.setattr(OperationRunCompleted, "store", lambda *_, **__: None)
    assert mutant_is_found(world)
