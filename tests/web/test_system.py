"""The platform plane and what a load balancer asks (SEC-01)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.operations.models import ProcessHeartbeat
from tests.web.html import read
from tests.web.kit import queued


@pytest.fixture
def system(signed_in, pat):
    browser = signed_in(pat)
    return lambda: read(browser.get(reverse("system-health")))


def tiles(page):
    return {tile.every("span")[0].words: tile.every("span")[1].words for tile in page.every("div", class_="tile")}


def beat(role, seen_at):
    ProcessHeartbeat.objects.create(name=f"{role}@host:{seen_at}", role=role, started_at=seen_at, seen_at=seen_at)


def test_without_workers_and_scheduler_they_are_down_and_it_says_what_to_start(system):
    page = system()
    assert tiles(page) == {"Database": "Working", "Queue": "Working", "Workers": "Down", "Scheduler": "Down"}
    assert "tenantpilot worker" in page.one("main").words


def test_a_silent_worker_beside_a_living_one_is_worth_a_look(system):
    beat("worker", timezone.now())
    beat("worker", timezone.now() - timedelta(hours=1))
    beat("scheduler", timezone.now())
    assert tiles(system()) == {"Database": "Working", "Queue": "Working", "Workers": "Degraded", "Scheduler": "Working"}


def test_work_that_waits_for_long_degrades_the_queue(system, contoso, alice):
    queued(contoso, alice, timezone.now() - timedelta(minutes=6))
    assert tiles(system())["Queue"] == "Degraded"


def test_it_says_nothing_of_tenants_sec_01(system, contoso, alice):
    queued(contoso, alice, timezone.now())
    page = system()
    assert not any(word in page.words for word in ("Contoso", "Alice", "Northwind", "Inventory sync"))


def test_a_load_balancer_asks_without_signing_in(client, db):
    assert client.get("/healthz").content == b"ok"
    assert client.get("/readyz").json() == {"ready": True}


def test_waiting_migrations_are_not_ready(client, db, monkeypatch):
    monkeypatch.setattr("tenantpilot.web.system.views._waiting_migrations", lambda: 3)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "why": "migrations_waiting", "number": 3})
