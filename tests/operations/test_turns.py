"""Who only waits, or is under a stop, keeps nobody from a turn and is no fault of the deployment."""

from datetime import timedelta
from typing import Any

import pytest

from tenantpilot.operations.lifecycle import reconciler
from tenantpilot.operations.monitoring.health import Health, queue_health
from tenantpilot.operations.monitoring.metrics import exposition
from tenantpilot.operations.results import Claimed, WaitsForSlot
from tenantpilot.tenancy.stops import resume_tenant, stop_installation, stop_tenant
from tests.operations.kit import Engine
from tests.operations.test_fairness import a_worker, claim

pytestmark = pytest.mark.contract

HOUR = timedelta(hours=1)


@pytest.fixture
def elsewhere(engine: Engine, fabrikam: Any) -> Engine:
    return Engine(fabrikam, line=engine.line, clock=engine.clock)


SETTLED = {"lost worker": (1, 0, 0), "cancelled": (0, 1, 0), "time is up": (0, 0, 1)}


@pytest.mark.parametrize("ending", SETTLED)
def test_ops_07_runs_that_are_set_aside_starve_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(reconciler, "AT_MOST", 2)
    for number in range(3):
        aside = engine.running(what=number)
        assert engine.service.set_aside(aside.lease, seconds=300, now=engine.clock(), seconds_spent=0)
    last = engine.running(what="last")
    if ending != "lost worker":
        spent = 10**6 if ending == "time is up" else 0
        assert engine.service.set_aside(last.lease, seconds=300, now=engine.clock(), seconds_spent=spent)
    if ending == "cancelled":
        engine.service.request_cancel(last.run, actor=None, now=engine.clock())
    engine.let_pass(61)
    settled = engine.reconcile()
    assert (settled.taken_up, settled.cancelled, settled.timed_out) == SETTLED[ending]


@pytest.mark.parametrize("is_running", [False, True], ids=["queued", "lost in the middle"])
def test_runs_under_a_stop_are_no_fault_of_the_deployment(engine: Engine, contoso: Any, is_running: bool) -> None:
    if is_running:
        engine.running(what=1)
    else:
        engine.start(what=1)
    later = engine.clock.move(hours=1)
    assert queue_health(now=later).health is Health.DEGRADED
    assert is_told(later)
    stop_tenant(contoso, actor=None, now=later)
    health = queue_health(now=later)
    assert (health.health, health.oldest_queued_at, health.silent_runs) == (Health.OK, None, 0)
    assert not is_told(later)
    resume_tenant(contoso, actor=None, now=later)
    assert queue_health(now=later).health is Health.DEGRADED


def is_told(now: Any) -> bool:
    """Return True if the metrics tell of a run that waits for long, or of a silent worker."""
    lines = exposition(now=now).decode().splitlines()
    return any(line.startswith("tenantpilot_oldest_queued_seconds{") for line in lines) or (
        "tenantpilot_leases_expired 1.0" in lines
    )


@pytest.mark.parametrize("why", ["stopped", "not due"])
def test_who_cannot_begin_keeps_no_worker_from_others(
    engine: Engine, elsewhere: Engine, fabrikam: Any, why: str
) -> None:
    a_worker("one", places=3)
    waiting = elsewhere.start(what=1)
    if why == "stopped":
        stop_tenant(fabrikam, actor=None, now=engine.clock())
    else:
        type(waiting).everywhere.filter(pk=waiting.pk).update(not_before=engine.clock() + HOUR)
    taken = [claim(engine, engine.start(what=number)) for number in range(3)]
    assert [type(answer) for answer in taken] == [Claimed] * 3


def test_who_is_due_again_gets_the_last_worker(engine: Engine, elsewhere: Engine) -> None:
    a_worker("one", places=3)
    waiting = elsewhere.start(what=1)
    type(waiting).everywhere.filter(pk=waiting.pk).update(not_before=engine.clock())
    taken = [claim(engine, engine.start(what=number)) for number in range(3)]
    assert [type(answer) for answer in taken] == [Claimed, Claimed, WaitsForSlot]


def test_a_stop_of_all_work_is_no_fault_either(engine: Engine) -> None:
    engine.start(what=1)
    later = engine.clock.move(hours=1)
    stop_installation(actor=None, now=later)
    assert queue_health(now=later).health is Health.OK
