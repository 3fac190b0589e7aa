"""What the settings say about reaching Graph arrives at the client; what is written wrongly is refused."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from tenantpilot.config import environment as env
from tenantpilot.config import settings as ours
from tenantpilot.graph.client.budget import ALLOWANCES, SAFETY_SHARE, Demand, Service
from tenantpilot.tenancy.connections import graph_connection
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.rate_budget import budget_of

LIMITS = {"intune": (1000, 100, 20.0), "directory": (1500, 200, 10.0)}


def test_the_limits_of_the_settings_are_those_of_the_graph_room(monkeypatch):
    monkeypatch.delenv("TENANTPILOT_GRAPH_LIMITS")
    default = {service.value: (limit.requests, limit.writes, limit.seconds) for service, limit in ALLOWANCES.items()}
    assert env.rates("GRAPH_LIMITS", default) == default
    assert {**ours.GRAPH_LIMITS, "conditional_access": (1, 1, 1.0)} == default
    assert ours.GRAPH_LIMIT_PERCENT / 100 == SAFETY_SHARE


def test_one_limit_may_be_named_alone(monkeypatch):
    monkeypatch.setenv("TENANTPILOT_GRAPH_LIMITS", "intune=500/50/20")
    assert env.rates("GRAPH_LIMITS", LIMITS) == {**LIMITS, "intune": (500, 50, 20.0)}


@pytest.mark.parametrize("text", ["intune=500", "intune=0/1/1", "intune=a/b/c", "other=1/1/1", "intune"])
def test_a_limit_that_is_none_is_refused_with_the_way_to_write_it(monkeypatch, text):
    monkeypatch.setenv("TENANTPILOT_GRAPH_LIMITS", text)
    with pytest.raises(ImproperlyConfigured, match="write intune=1000/100/20"):
        env.rates("GRAPH_LIMITS", LIMITS)


def test_a_file_that_is_not_there_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TENANTPILOT_GRAPH_CA_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(ImproperlyConfigured, match="is no file"):
        env.file("GRAPH_CA_FILE")


@pytest.mark.parametrize("shared", [True, False])
def test_the_budget_keeps_to_the_limits_of_the_settings(database, settings, shared):
    settings.GRAPH_SHARED_BUDGET = shared
    settings.GRAPH_LIMITS = {**settings.GRAPH_LIMITS, "intune": (10, 10, 60.0)}
    settings.GRAPH_LIMIT_PERCENT = 50
    budget = budget_of(str(uuid4()))
    assert [budget.take(Service.INTUNE, Demand()) == 0 for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize("simulator", ["", "http://127.0.0.1:1"])
def test_a_proxy_stands_before_microsoft_and_not_before_the_simulator(contoso, settings, simulator):
    settings.GRAPH_PROXY, settings.GRAPH_SIMULATOR_URL = "http://proxy.example:3128", simulator
    now = datetime.now(UTC)
    store_credential(tenant=contoso, kind="secret", client_id=uuid4(), secret="s", expires_at=None, actor=None, now=now)
    assert graph_connection(contoso).proxy_url == ("" if simulator else "http://proxy.example:3128")
