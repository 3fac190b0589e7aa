"""Worlds that take long to build: each is built once a process, in a database of its own, and rolled back after a test.

A test that asks for `captured` begins where a sync and a capture of its plan have ended.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.test import override_settings
from intunesim import Plan, Simulator, VirtualClock, generate, serving

from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.models import Tenant
from tenantpilot.versions.services import start_capture
from tests.databases import OwnDatabase, Templates
from tests.graph.waits import skip_waits
from tests.people import new_tenant, new_workspace

# The simulator makes the same tenant out of the same plan and moment, so that a world fits each simulator of a test.
FILLED_AT = datetime.now(UTC)


class Worlds:
    """Databases with what was built in them, by what was asked for."""

    def __init__(self, copies: Templates) -> None:
        self._copies = copies
        self._built: dict[Hashable, tuple[OwnDatabase, Any]] = {}

    @contextmanager
    def inside(self, key: Hashable, build: Callable[[], None]) -> Iterator[None]:
        """Let Django's default connection use the world of this key for a while, and take back all that is written."""
        usual = connections["default"]
        try:
            connections["default"] = self._connection(key, build)
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            connections["default"] = usual

    def _connection(self, key: Hashable, build: Callable[[], None]) -> Any:
        if key not in self._built:
            database = self._copies.create_alone()
            connections["default"] = own = connections.create_connection("default")
            own.settings_dict = {**own.settings_dict, "NAME": database.name}
            build()
            self._built[key] = database, own
        return self._built[key][1]

    def remove(self) -> None:
        """Close the connections and drop the databases."""
        for database, own in self._built.values():
            own.close()
            self._copies.drop(database)


def new_directory(simulator: Simulator, contoso: Tenant, plan: Plan) -> Any:
    """Add Contoso to a simulator, filled by a plan as of one moment of this process."""
    usual, simulator.clock = simulator.clock, VirtualClock(FILLED_AT)
    directory = simulator.add_tenant("Contoso", tenant_id=str(contoso.entra_tenant_id))
    simulator.clock = usual
    generate(directory, plan, now=FILLED_AT)
    return directory


def keep_secret(contoso: Tenant, directory: Any, now: datetime, *, secret: str = "", client_id: str = "") -> None:
    """Keep a client secret for Contoso: the right one unless told otherwise."""
    application = directory.application
    store_credential(
        tenant=contoso,
        kind="secret",
        client_id=UUID(client_id or application.client_id),
        secret=secret or application.secrets[0].value,
        expires_at=None,
        actor=None,
        now=now,
    )


def build_captured(plan: Plan, now: datetime) -> None:
    """Make Northwind and Contoso, and sync and capture all that the plan puts there."""
    contoso = new_tenant(new_workspace(), "contoso")
    simulator = Simulator()
    keep_secret(contoso, new_directory(simulator, contoso, plan), now)
    with pytest.MonkeyPatch.context() as patches, serving(simulator) as running:
        skip_waits(patches)
        with override_settings(GRAPH_SIMULATOR_URL=running.url):
            _work(start_sync(tenant=contoso, initiator=None, now=now).run)
            _work(start_capture(tenant=contoso, initiator=None, selection=PolicyFilter(), now=now).run)
    simulator.close()


def _work(run: OperationRun) -> None:
    Runner().execute(run.pk)
    ended = OperationRun.everywhere.get(pk=run.pk)
    assert ended.outcome == "succeeded", ended.failure_summary
