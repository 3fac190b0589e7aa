"""A tenant of the simulator for Contoso, over HTTP, and a worker in this process."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django_scopes import scope
from intunesim import Plan, Simulator, serving

from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant
from tests.graph.waits import skip_waits
from tests.worlds import keep_secret, new_directory

POLICIES = 60


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    made = Simulator()
    yield made
    made.close()


@pytest.fixture
def plan() -> Plan:
    """What stands in the tenant; a test may ask for more."""
    return Plan(policies=POLICIES, seed=7)


@pytest.fixture
def directory(simulator: Simulator, contoso: Tenant, plan: Plan) -> Any:
    """Contoso's side of it: what the simulator calls a tenant."""
    return new_directory(simulator, contoso, plan)


@pytest.fixture
def graph(simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the simulator over HTTP; what the client waits takes no time."""
    skip_waits(monkeypatch)
    with serving(simulator) as running:
        settings.GRAPH_SIMULATOR_URL = running.url
        yield running.url


@pytest.fixture
def credential(contoso: Tenant, directory: Any, now: datetime) -> Callable[..., None]:
    """Keeps a client secret for Contoso: the right one unless told otherwise."""

    def store(secret: str = "", client_id: str = "") -> None:
        keep_secret(contoso, directory, now, secret=secret, client_id=client_id)

    if not hasattr(contoso, "credential"):
        store()
    return store


@pytest.fixture
def sync(contoso: Tenant, graph: str, credential: Any, now: datetime) -> Callable[..., OperationRun]:
    """Ask for a sync and do it, as a worker would."""

    def ask_and_work(*policy_types: str, initiator: Any = None) -> OperationRun:
        started = start_sync(tenant=contoso, initiator=initiator, now=now, policy_types=policy_types)
        Runner().execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return ask_and_work


@pytest.fixture
def workspace_scope(contoso: Tenant) -> Iterator[None]:
    """What a page of Contoso runs in."""
    with scope(workspace=contoso.workspace):
        yield
