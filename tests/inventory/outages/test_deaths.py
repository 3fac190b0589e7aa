"""A worker is killed in each operation type there is: it ends once, nothing is doubled, nothing is lost (OPS-07)."""

import random
from dataclasses import replace
from typing import Any

import pytest
from intunesim import Plan

from tenantpilot.operations.types import OperationType, operation_types
from tests.databases import OwnDatabase
from tests.inventory.outages.deaths import Deaths, ended_once, marks_of, stored_rows
from tests.inventory.outages.works import Works

EVERY_TYPE = operation_types.all()


@pytest.fixture
def plan() -> Plan:
    """So many policies that every run has some that no run before it captured."""
    return Plan(policies=150, seed=7)


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", EVERY_TYPE, ids=lambda kind: kind.key)
def test_ten_deaths_in_every_operation_type(
    own_database: OwnDatabase, kind: OperationType, works: Works, monkeypatch: Any
) -> None:
    """OPS-07."""
    survive(kind, works, monkeypatch, deaths=10)


@pytest.mark.parametrize("kind", EVERY_TYPE[5::9], ids=lambda kind: kind.key)
def test_two_deaths_in_some_operation_types(
    own_database: OwnDatabase, kind: OperationType, works: Works, monkeypatch: Any
) -> None:
    """OPS-07: a sample of what `make test-deep` does to all."""
    survive(kind, works, monkeypatch, deaths=2)


def survive(kind: OperationType, works: Works, monkeypatch: Any, *, deaths: int) -> None:
    """Hold runs whose workers died to what an undisturbed run counts and stores."""
    patient = replace(kind, limits=replace(kind.limits, attempts=20, seconds=86_400))
    monkeypatch.setitem(operation_types._types, kind.key, patient)
    marks_of(works.start(kind))
    before, undisturbed = stored_rows(), works.start(kind)
    marks = marks_of(undisturbed)
    undisturbed.refresh_from_db()
    added = stored_rows() - before
    ended_once(undisturbed)
    killing = Deaths(deaths, random.Random(kind.key))
    while killing.left:
        before = stored_rows()
        run = killing.work(works.start(kind), marks)
        ended_once(run)
        assert run.summary_counts == undisturbed.summary_counts
        assert stored_rows() - before == added
