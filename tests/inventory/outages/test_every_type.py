"""The database goes away in the middle of each operation type there is: no run fails, one attempt is spent (OPS-07)."""

from collections.abc import Callable
from typing import Any

import pytest

from tenantpilot.operations.models import OperationRun, RunEvent
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.types import OperationType, operation_types
from tenantpilot.operations.workers.runner import Runner
from tests.databases import IS_POSTGRESQL
from tests.inventory.outages.works import Works, before_each_statement, finish

pytestmark = pytest.mark.contract

WRITES = ("INSERT", "UPDATE", "DELETE")
NOTES = {"step", "tenant_removal_began", "file_ready", "library_replaced"}
MARKS = (0.2, 0.5, 0.8)


class Mark:
    """Calls `do` once, before one of the statements that meet the outage: on SQLite those that write."""

    def __init__(self, number: int, do: Callable[[], None]) -> None:
        self.passed, self._number, self._do = 0, number, do

    def __call__(self, sql: str) -> None:
        if IS_POSTGRESQL or sql.lstrip().startswith(WRITES):
            self.passed += 1
            if self.passed == self._number:
                self._do()


@pytest.mark.parametrize("kind", operation_types.all(), ids=lambda kind: kind.key)
def test_every_type_goes_on_from_its_checkpoint(
    kind: OperationType, works: Works, outage: Callable[[], None], monkeypatch: Any
) -> None:
    """OPS-07: wherever in its work the sessions end."""
    statements, undisturbed = Mark(0, outage), works.start(kind)
    with before_each_statement(statements, monkeypatch):
        ended = finish(undisturbed)
        assert ended.outcome == "succeeded", (ended.reason_code, ended.failure_summary)
    assert statements.passed >= 3
    for share in MARKS:
        run, jobs = works.start(kind), DatabaseDispatcher().waiting()
        with before_each_statement(Mark(round(statements.passed * share), outage), monkeypatch):
            assert not Runner().execute(run.pk)
        assert DatabaseDispatcher().waiting() == jobs + 1
        went_on(finish(run))


def went_on(run: OperationRun) -> None:
    events = list(RunEvent.objects.filter(run=run).order_by("pk").values_list("name", flat=True))
    assert (run.outcome, run.attempt, run.reason_code) == ("succeeded", 2, ""), events
    assert [name for name in events if name not in NOTES] == [
        "queued", "started", "database_lost", "taken_over", "completed",
    ]  # fmt: skip
    assert run.summary_counts.get("processed") == run.summary_counts.get("total")
