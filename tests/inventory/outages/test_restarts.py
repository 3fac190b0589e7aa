"""The server is restarted in the middle of each operation type there is (OPS-07)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tenantpilot.operations.types import operation_types
from tenantpilot.operations.workers.runner import Runner
from tests.clusters import default_on_own_cluster
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.inventory.outages.test_every_type import Mark, went_on
from tests.inventory.outages.works import Works, before_each_statement, finish
from tests.servers import PostgresServer

pytestmark = [pytest.mark.contract, pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no server")]
SOMEWHERE = 6


@pytest.fixture
def cluster(django_db_setup: None, django_db_blocker: Any) -> Iterator[PostgresServer]:
    with django_db_blocker.unblock(), default_on_own_cluster() as server:
        yield server
        server.stop()


@pytest.fixture
def own_database(cluster: PostgresServer) -> OwnDatabase:
    url = f"{cluster.url}/postgres"
    return OwnDatabase(url, "postgres", {"TENANTPILOT_DATABASE_URL": url})


@pytest.mark.timeout(900)  # a restart for each of them
def test_every_type_survives_a_restart_of_the_server(
    own_database: OwnDatabase, cluster: PostgresServer, works: Works, monkeypatch: Any
) -> None:
    """OPS-07: sessions are ended in order, or as if the server had crashed."""
    for number, kind in enumerate(operation_types.all()):
        restart = cluster.restart if number % 2 else cluster.crash_and_start
        run = works.start(kind)
        with before_each_statement(Mark(SOMEWHERE, restart), monkeypatch):
            assert not Runner().execute(run.pk)
        went_on(finish(run))
