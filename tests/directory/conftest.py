"""Contoso's groups in the simulator, and a group sync that a worker of this process does."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from intunesim import Plan

from tenantpilot.directory.models import Group, GroupCursor
from tenantpilot.directory.services import start_group_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.models import Tenant
from tests.inventory.conftest import credential, directory, graph, simulator

__all__ = ["credential", "directory", "graph", "simulator"]

PAGE = 5


@pytest.fixture
def plan() -> Plan:
    return Plan(policies=0, groups=12, seed=7)


@pytest.fixture
def sync_groups(contoso: Tenant, directory: Any, graph: str, credential: Any, now: datetime) -> Callable[..., Any]:
    """Ask for a group sync and do it, as a worker would. Pages are short, so that there are several."""
    directory.habits.page_sizes = {"groups/delta": PAGE}

    def ask_and_work(initiator: Any = None, at: datetime | None = None) -> OperationRun:
        moment = at or now
        run = start_group_sync(tenant=contoso, initiator=initiator, now=moment).run
        Runner(clock=lambda: moment).execute(run.pk)
        return OperationRun.everywhere.get(pk=run.pk)

    return ask_and_work


def seen() -> dict[str, str]:
    """Return the presence of every group by its id."""
    return {row.graph_id: row.presence for row in Group.everywhere.all()}


def cursor() -> GroupCursor:
    return GroupCursor.everywhere.get()
