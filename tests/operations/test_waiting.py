"""A queued run says why it waits and behind what, and limits hold in a tenant and in a workspace."""

from datetime import timedelta

import pytest
from django.test import override_settings

from tenantpilot.operations.lifecycle import slots
from tenantpilot.operations.models import ProcessHeartbeat
from tenantpilot.operations.monitoring.wait_reasons import Cause, why
from tenantpilot.operations.results import Claimed, WaitsForSlot
from tests.operations.kit import SUCCEEDED, Engine, again

pytestmark = pytest.mark.contract


@pytest.fixture
def elsewhere(engine, fabrikam):
    """The same queue and clock, in another tenant of the workspace."""
    return Engine(fabrikam, line=engine.line, clock=engine.clock)


@pytest.fixture
def worker(engine):
    return a_worker(engine)


def a_worker(engine, queues="interactive,bulk", silent_for=0):
    seen = engine.clock() - timedelta(seconds=silent_for)
    return ProcessHeartbeat.objects.create(
        name=f"worker-{queues}", role="worker", queues=queues, started_at=seen, seen_at=seen
    )


def claim(engine, run):
    return engine.service.claim(run.pk, owner="w", now=engine.clock())


def test_a_workspace_runs_no_more_at_once_than_it_may(engine, elsewhere):
    with override_settings(OPERATIONS_PER_WORKSPACE=2):
        first = engine.running(what=1)
        elsewhere.running(what=2)
        waiting = elsewhere.start(what=3)
        assert claim(elsewhere, waiting) == WaitsForSlot(2, "workspace")
        engine.service.finish(first.lease, SUCCEEDED, now=engine.clock())
        engine.clock.move(seconds=3)
        assert isinstance(claim(elsewhere, waiting), Claimed)


def test_the_limit_of_one_tenant_holds_up_no_other(engine, elsewhere):
    with override_settings(OPERATIONS_PER_TENANT=1):
        engine.running(what=1)
        assert claim(engine, engine.start(what=2)) == WaitsForSlot(1, "tenant")
        assert isinstance(claim(elsewhere, elsewhere.start(what=3)), Claimed)


def test_a_run_that_waits_for_its_tenant_names_the_runs_it_waits_for(engine, worker):
    with override_settings(OPERATIONS_PER_TENANT=2):
        under_way = [engine.running(what=number).run for number in (1, 2)]
        waiting = engine.start(what=3)
        claim(engine, waiting)
        found = why(again(waiting), now=engine.clock())
    assert (found.cause, list(found.behind), found.ahead) == (Cause.TENANT_FULL, under_way, 2)
    assert found.text == "Waits for 2 other operations of this tenant."


def test_sec_02_of_other_tenants_nothing_is_told(engine, elsewhere, worker):
    with override_settings(OPERATIONS_PER_WORKSPACE=1):
        elsewhere.running(what=1)
        found = why(engine.start(what=2), now=engine.clock())
    assert (found.cause, found.behind, found.ahead) == (Cause.WORKSPACE_FULL, (), 0)
    assert found.text == "Waits for other operations of this workspace."


def test_a_run_in_line_counts_only_its_own_tenant(engine, elsewhere, worker):
    elsewhere.start(what=1)
    before = engine.start(what=2)
    found = why(engine.start(what=3), now=engine.clock())
    assert (found.cause, found.behind) == (Cause.IN_LINE, (before,))
    assert found.text == "Waits for a free worker, behind 1 operation of this tenant."


def test_the_first_in_line_waits_for_a_worker(engine, worker):
    assert why(engine.start(), now=engine.clock()).text == "Waits for a free worker."


@pytest.mark.parametrize("other", [{"queues": "bulk"}, {"silent_for": 3600}])
def test_a_queue_that_nobody_works_on_is_said(engine, other):
    a_worker(engine, **other)
    found = why(engine.start(), now=engine.clock())
    assert (found.cause, found.text) == (Cause.NO_WORKER, "No worker takes jobs of the queue interactive.")


def test_a_run_that_was_put_off_says_until_when(engine, worker):
    with override_settings(OPERATIONS_PER_TENANT=1):
        engine.running(what=1)
        waiting = engine.start(what=2)
        claim(engine, waiting)
    found = why(again(waiting), now=engine.clock())
    assert (found.cause, found.until) == (Cause.NOT_DUE, engine.clock() + slots.RETRY)


def test_what_runs_or_has_ended_does_not_wait(engine, worker):
    assert why(engine.running(what=1).run, now=engine.clock()) is None
    assert why(engine.completed(what=2), now=engine.clock()) is None


def test_looking_costs_a_handful_of_queries_and_changes_nothing(engine, worker, django_assert_max_num_queries):
    for number in range(20):
        engine.start(what=number)
    last = engine.start(what="last")
    with django_assert_max_num_queries(6):
        found = why(last, now=engine.clock())
    assert (len(found.behind), found.ahead) == (5, 20)
    assert again(last).message == ""
