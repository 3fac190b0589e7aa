"""The disk of the database's server is full: whole steps are refused, and none is left half done (OPS-07, OPS-31)."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError, connection
from django.test import override_settings

from tenantpilot.core.sanitizing import failure
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.monitoring.writability import Trouble, trouble_with_writing
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.disks import SmallDisk
from tests.operations.kit import Engine
from tests.operations.test_full_disk import LARGE, consistent, live_once
from tests.servers import PostgresServer

pytestmark = [
    pytest.mark.deep,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not IS_POSTGRESQL, reason="the full disk of SQLite is tried in test_full_disk.py"),
]
TRIES = 200


@override_settings(OPERATIONS_PER_TENANT=1_000, OPERATIONS_PER_WORKSPACE=1_000)
def test_a_full_disk_of_the_server_leaves_nothing_half_done(
    own_database: OwnDatabase, disk: SmallDisk | None, engine: Engine, alice: Any
) -> None:
    """OPS-07, OPS-23, OPS-31: whether the server refuses, or ends because it finds no room for its log."""
    if disk is None:
        pytest.skip("mounting a small disk is not permitted here")
    begun = [engine.running(alice, what=f"begun {number}").lease for number in range(TRIES)]
    disk.fill()
    assert trouble_with_writing() in {Trouble.FULL, Trouble.UNAVAILABLE}
    ends = [partial(engine.service.finish, lease, LARGE, now=engine.clock()) for lease in begun]
    lives = [partial(live_once, engine, alice, number) for number in range(TRIES)]
    refusals = Counter(filter(None, map(refusal, (*ends, *lives))))
    print("refused:", dict(refusals), "of", 2 * TRIES)
    disk.free()
    repair(own_database)
    assert sum(refusals.values()) >= TRIES
    assert {*refusals} <= {"disk_full", "database_unavailable"}
    consistent()
    engine.lose_the_worker()
    for run in OperationRun.everywhere.active():
        engine.service.finish(engine.claim(run).lease, LARGE, now=engine.clock())
    live_once(engine, alice, TRIES)
    consistent()
    assert not OperationRun.everywhere.active().exists()


def refusal(act: Callable[[], object]) -> str | None:
    try:
        act()
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        return failure(error).code
    return None


def repair(database: OwnDatabase) -> None:
    """A server that has ended is started again, as whoever runs it would do when there is room."""
    told = json.loads(database.environment["CHAOS_SERVER"])
    server = PostgresServer(told["url"], Path(told["folder"]), Path(told["binaries"]))
    if not server.answers:
        server.crash_and_start()
    connection.close()
