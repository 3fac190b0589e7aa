"""A disk that is full refuses whole steps, and leaves none half done (OPS-07, OPS-23, OPS-31)."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import override_settings

from tenantpilot.audit import services as audit
from tenantpilot.core.sanitizing import failure
from tenantpilot.operations.lifecycle.outcome import Ending
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.states import RunOutcome
from tests.databases import IS_POSTGRESQL, OwnDatabase
from tests.operations.kit import Engine

pytestmark = [
    pytest.mark.contract,
    pytest.mark.skipif(IS_POSTGRESQL, reason="a PostgreSQL of the tests' own has no disk of its own to fill"),
]
LARGE = Ending(
    RunOutcome.FAILED, {"failed": 50}, [{"code": "graph_error", "message": "x" * 300}] * 50, "graph_error", "x"
)


def pragma(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {statement}")
        return int(cursor.fetchone()[0])


def live_once(engine: Engine, alice: Any, number: int) -> None:
    claimed = engine.running(alice, what=number)
    engine.service.finish(claimed.lease, LARGE, now=engine.clock())


@override_settings(OPERATIONS_PER_TENANT=1_000, OPERATIONS_PER_WORKSPACE=1_000)
def test_a_full_disk_leaves_nothing_half_done(own_database: OwnDatabase, engine: Engine, alice: Any) -> None:
    """OPS-07, OPS-23, OPS-31: refused as a whole, and all is well again when there is room."""
    pragma(f"max_page_count = {pragma('page_count') + 10}")
    refusals = []
    for number in range(200):
        try:
            live_once(engine, alice, number)
        except OperationalError as error:
            refusals.append(failure(error).code)
    assert len(refusals) >= 100
    assert {*refusals} == {"disk_full"}
    consistent()
    pragma("max_page_count = 1000000")
    live_once(engine, alice, 1_000)
    engine.lose_the_worker()
    for run in OperationRun.everywhere.active():
        engine.service.finish(engine.claim(run).lease, LARGE, now=engine.clock())
    consistent()
    assert not OperationRun.everywhere.active().exists()


def consistent() -> None:
    ended = sorted(OperationRun.everywhere.completed().values_list("pk", flat=True))
    assert sorted(Notification.everywhere.values_list("run_id", flat=True)) == ended
    assert sorted(RunEvent.objects.filter(name="completed").values_list("run_id", flat=True)) == ended
    every = sorted(OperationRun.everywhere.values_list("pk", flat=True))
    assert sorted(RunEvent.objects.filter(name="queued").values_list("run_id", flat=True)) == every
    assert audit.verify().holds
