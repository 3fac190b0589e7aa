"""/metrics: counted from the database, readable by Prometheus, and not by everybody."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.models import RunEvent
from tenantpilot.operations.monitoring.metrics import _last_before, exposition
from tenantpilot.operations.states import RunOutcome
from tests.operations.kit import NOON

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def read():
    """read(at)["name"] answers {set of labels: value}, as a Prometheus server understood it."""

    def read(now) -> dict[str, dict[frozenset[str], float]]:
        text = exposition(now=now).decode()
        return {
            sample.name: {
                frozenset(other.labels.values()): other.value for other in family.samples if other.name == sample.name
            }
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    return read


def test_runs_are_counted_by_type_and_outcome_with_what_they_took(engine, read):
    engine.start(what="waiting")
    claimed = engine.running(what="a")
    engine.clock.move(seconds=10)
    engine.service.finish(claimed.lease, Ending(RunOutcome.FAILED), now=engine.clock())
    engine.completed(what="b")
    seen = read(engine.clock() + SECOND)
    assert seen["tenantpilot_runs_ended_last_hour"] == {
        frozenset({"test_work", "failed"}): 1,
        frozenset({"test_work", "succeeded"}): 1,
    }
    assert seen["tenantpilot_run_seconds_last_hour_gsum"][frozenset({"test_work", "failed"})] == 10
    buckets = seen["tenantpilot_run_seconds_last_hour_bucket"]
    assert [buckets[frozenset({"test_work", "failed", limit})] for limit in ("5.0", "15.0", "+Inf")] == [0, 1, 1]
    assert seen["tenantpilot_runs_active"] == {frozenset({"test_work", "interactive", "queued"}): 1}
    assert seen["tenantpilot_oldest_queued_seconds"] == {frozenset({"interactive"}): 11}


def test_a_run_that_waited_says_how_long(engine, read):
    run = engine.start(what="a")
    engine.clock.move(seconds=40)
    claimed = engine.claim(run)
    engine.service.finish(claimed.lease, Ending(RunOutcome.SUCCEEDED), now=engine.clock())
    buckets = read(engine.clock())["tenantpilot_wait_seconds_last_hour_bucket"]
    assert [buckets[frozenset({"test_work", limit})] for limit in ("15.0", "60.0")] == [0, 1]


def test_takeovers_losses_and_second_dispatches_are_counted(engine, read):
    run = engine.start(what="a")
    for _ in range(3):
        engine.claim(run)
        engine.lose_the_worker()
    seen = read(engine.clock())
    assert seen["tenantpilot_runs_taken_over_last_hour"] == {frozenset(): 2}
    assert seen["tenantpilot_runs_dispatched_again_last_hour"] == {frozenset(): 2}
    assert seen["tenantpilot_runs_lost_last_hour"][frozenset({"test_work"})] == 1


def test_a_silent_worker_shows(engine, read):
    engine.running(what="a")
    assert read(engine.clock())["tenantpilot_leases_expired"] == {frozenset(): 0}
    assert read(engine.clock() + HOUR)["tenantpilot_leases_expired"] == {frozenset(): 1}


def test_only_the_last_hour_is_told(engine, read):
    engine.completed(what="old")
    assert "tenantpilot_runs_ended_last_hour" not in read(engine.clock() + 2 * HOUR)


def test_the_hour_begins_at_an_id_that_few_look_ups_find(engine):
    run = engine.start(what="a")
    RunEvent.objects.bulk_create(RunEvent(run=run, name="step", at=NOON + n * SECOND) for n in range(1_000))
    with CaptureQueriesContext(connection) as asked:
        found = _last_before(NOON + 700 * SECOND)
    assert RunEvent.objects.get(pk=found).at == NOON + 699 * SECOND
    assert len(asked) <= 12
    assert _last_before(NOON - HOUR) < RunEvent.objects.earliest("pk").pk
    assert _last_before(NOON + HOUR) == RunEvent.objects.latest("pk").pk


def test_an_empty_installation_has_metrics_too(database, read):
    assert set(read(NOON)["tenantpilot_processes"].values()) == {0}


def test_without_a_token_this_machine_alone_may_read(database):
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 403
    assert Client(headers={"X-Forwarded-For": "127.0.0.1"}).get("/metrics").status_code == 403


def test_with_a_token_whoever_sends_it_may_read(database, settings):
    settings.METRICS_TOKEN = "not a secret of anybody"
    elsewhere = Client(REMOTE_ADDR="10.0.0.7")
    assert elsewhere.get("/metrics").status_code == 403
    assert elsewhere.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 403
    answer = elsewhere.get("/metrics", headers={"Authorization": "Bearer not a secret of anybody"})
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert Client().get("/metrics").status_code == 403
