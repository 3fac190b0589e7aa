"""What the tests of the Graph room share: a scripted Graph, a clock that obeys, a client for both."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenantpilot.graph.client.budget import MemoryStore, TenantBudget
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.connection import ClientSecret, GraphConnection
from tests.graph.scripted import CLIENT, TENANT, ScriptedGraph, scripted_graph

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


class ObedientClock:
    """Time passes only by sleeping, and sleeping takes no time."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._passed = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return 1000.0 + self._passed

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._passed)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._passed += seconds

    @property
    def total(self) -> float:
        return self._passed


@pytest.fixture
def graph() -> Iterator[ScriptedGraph]:
    with scripted_graph() as running:
        yield running


@pytest.fixture
def clock() -> ObedientClock:
    return ObedientClock()


@pytest.fixture
def connect(graph: ScriptedGraph, clock: ObedientClock) -> Iterator[Callable[..., GraphClient]]:
    with ExitStack() as stack:

        def make(**options: Any) -> GraphClient:
            options = {"clock": clock, **options}
            return stack.enter_context(GraphClient(connection_to(graph), **options))

        yield make


@pytest.fixture
def client(connect: Callable[..., GraphClient]) -> GraphClient:
    return connect()


def budget_alone(tenant_key: str = "alone") -> TenantBudget:
    """A budget that no other client shares, in real time."""
    return TenantBudget(MemoryStore(), tenant_key)


def connection_to(graph: ScriptedGraph, **changes: Any) -> GraphConnection:
    facts: dict[str, Any] = {
        "entra_tenant_id": TENANT,
        "client_id": CLIENT,
        "credential": ClientSecret("s3cret~value"),
        "login_url": graph.url,
        "graph_url": graph.url,
        "simulator_origins": frozenset({graph.url}),
    }
    return GraphConnection(**{**facts, **changes})
