"""A tenant leaves the last free worker to others, and a slot that frees wakes the run that waits longest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from tenantpilot.operations.models import ProcessHeartbeat
from tenantpilot.operations.results import Claimed, WaitsForSlot
from tests.operations.kit import SUCCEEDED, WORK, Engine, again

pytestmark = pytest.mark.contract


@pytest.fixture
def elsewhere(engine: Engine, fabrikam: Any) -> Engine:
    return Engine(fabrikam, line=engine.line, clock=engine.clock)


def a_worker(name: str, places: int, queues: str = "interactive,scheduled,bulk") -> None:
    now = timezone.now()
    ProcessHeartbeat.objects.create(
        name=f"worker@{name}", role="worker", queues=queues, places=places, started_at=now, seen_at=now
    )


def claim(engine: Engine, run: Any, owner: str = "one") -> Any:
    return engine.service.claim(run.pk, owner=owner, now=engine.clock())


def test_a_tenant_leaves_the_last_free_worker_to_others(engine: Engine, elsewhere: Engine) -> None:
    a_worker("one", places=3)
    other = elsewhere.start(what=1)
    taken = [claim(engine, engine.start(what=number)) for number in range(3)]
    assert [type(answer) for answer in taken] == [Claimed, Claimed, WaitsForSlot]
    assert isinstance(claim(elsewhere, other), Claimed)


def test_where_nobody_else_waits_it_takes_the_last_one(engine: Engine, elsewhere: Engine) -> None:
    a_worker("one", places=3)
    elsewhere.completed(what=1)
    elsewhere.kind = replace(WORK, queue="bulk")
    elsewhere.start(what=2)
    taken = [claim(engine, engine.start(what=number)) for number in range(3)]
    assert [type(answer) for answer in taken] == [Claimed] * 3


@pytest.mark.parametrize("places", [0, 1])
def test_where_there_is_one_worker_it_is_everybodys(engine: Engine, places: int) -> None:
    if places:
        a_worker("one", places=1)
    assert isinstance(claim(engine, engine.start(what=1)), Claimed)
    assert isinstance(claim(engine, engine.start(what=2)), Claimed)


def test_places_of_other_queues_and_of_silent_workers_are_no_places(engine: Engine, elsewhere: Engine) -> None:
    a_worker("one", places=2)
    a_worker("two", places=9, queues="bulk")
    a_worker("three", places=9)
    ProcessHeartbeat.objects.filter(name="worker@three").update(seen_at=timezone.now() - timedelta(hours=1))
    elsewhere.start(what=1)
    assert isinstance(claim(engine, engine.start(what=1)), Claimed)
    assert isinstance(claim(engine, engine.start(what=2)), WaitsForSlot)


@override_settings(OPERATIONS_PER_WORKSPACE=1)
def test_a_slot_that_frees_wakes_people_first_and_then_the_oldest(engine: Engine, alice: Any) -> None:
    first = engine.running(what=0)
    old, young = (engine.start(what=number) for number in (1, 2))
    click = engine.start(alice, what=3)
    for run in (old, young, click):
        assert isinstance(claim(engine, run), WaitsForSlot)
    woken = []
    for _slot in range(3):
        engine.line.jobs.clear()
        assert engine.service.finish(first.lease, SUCCEEDED, now=engine.clock())
        woken += engine.line.jobs
        first = engine.claim(again(click if len(woken) == 1 else old if len(woken) == 2 else young))
    assert woken == [click.pk, old.pk, young.pk]


@override_settings(OPERATIONS_PER_TENANT=1)
def test_a_slot_wakes_no_run_of_a_tenant_that_has_none_free(engine: Engine, elsewhere: Engine) -> None:
    engine.running(what=0)
    other = elsewhere.running(what=0)
    waiting = engine.start(what=1)
    assert isinstance(claim(engine, waiting), WaitsForSlot)
    engine.line.jobs.clear()
    assert elsewhere.service.finish(other.lease, SUCCEEDED, now=engine.clock())
    assert engine.line.jobs == []


@override_settings(OPERATIONS_PER_WORKSPACE=1)
def test_a_run_that_is_set_aside_wakes_the_next(engine: Engine, elsewhere: Engine) -> None:
    first, waiting = engine.running(what=0), elsewhere.start(what=1)
    assert isinstance(claim(elsewhere, waiting), WaitsForSlot)
    engine.line.jobs.clear()
    assert engine.service.set_aside(first.lease, seconds=60, now=engine.clock())
    assert engine.line.jobs == [first.run.pk, waiting.pk]
    assert isinstance(claim(elsewhere, waiting), Claimed)
