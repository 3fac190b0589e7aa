"""Contoso in the simulator, synced, and a capture that a worker of this process does."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from intunesim import Plan

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter, Selection
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant, Workspace
from tenantpilot.versions.models import Payload, PolicyVersion
from tenantpilot.versions.services import start_capture
from tests.databases import Templates
from tests.inventory.conftest import credential, directory, graph, simulator, sync, workspace_scope
from tests.people import new_tenant, new_workspace
from tests.worlds import Worlds, build_captured

__all__ = ["credential", "directory", "graph", "simulator", "sync", "workspace_scope"]

Capture = Callable[..., OperationRun]


@pytest.fixture
def plan() -> Plan:
    """What stands in the tenant; a test may ask for more."""
    return Plan(policies=24, seed=7)


@pytest.fixture(scope="session")
def worlds(copies: Templates, django_db_setup: None) -> Iterator[Worlds]:
    made = Worlds(copies)
    yield made
    made.remove()


@pytest.fixture
def northwind(request: pytest.FixtureRequest, database: None, now: datetime) -> Iterator[Workspace]:
    """Where a test asks for `captured`, the workspace of a world that has been synced and captured."""
    if "captured" not in request.fixturenames:
        yield new_workspace()
        return
    plan, worlds = (request.getfixturevalue(name) for name in ("plan", "worlds"))
    with worlds.inside(plan, partial(build_captured, plan, now)):
        yield Workspace.objects.get(slug="northwind")


@pytest.fixture
def contoso(northwind: Workspace) -> Tenant:
    return Tenant.everywhere.filter(slug="contoso").first() or new_tenant(northwind, "contoso")


@pytest.fixture
def captured(capture: Capture) -> Capture:
    """All of Contoso's plan is captured already; the answer captures once more."""
    return capture


@pytest.fixture
def capture(contoso: Tenant, sync: Any, now: datetime) -> Capture:
    """Ask for a capture and do it, as a worker would. Without a selection it is of all that a sync has seen."""

    def ask_and_work(
        selection: Selection | None = None, *, initiator: Any = None, at: datetime | None = None
    ) -> OperationRun:
        if not Policy.everywhere.exists():
            sync()
        chosen = PolicyFilter() if selection is None else selection
        started = start_capture(tenant=contoso, initiator=initiator, selection=chosen, now=at or now)
        Runner().execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return ask_and_work


def versions_of(policy: Policy) -> list[PolicyVersion]:
    """Return all versions of a policy, the first one first."""
    return list(PolicyVersion.everywhere.of_policy(policy).order_by("number"))


def stored() -> tuple[int, int]:
    """Return the number of payloads and of versions."""
    return Payload.everywhere.count(), PolicyVersion.everywhere.count()
