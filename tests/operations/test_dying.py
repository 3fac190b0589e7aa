"""A process dies before and after each statement and commit of start, claim, progress and finish (OPS-07, OPS-23).

Each mark is tried in turn. What was done is there as a whole or not at all, and what is left is brought to its end.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings

from tenantpilot.audit import services as audit
from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.lifecycle.progress import Progress
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunStatus
from tests.databases import OwnDatabase
from tests.operations.kit import SUCCEEDED, Engine

pytestmark = pytest.mark.contract

Fork = multiprocessing.get_context("fork")
Act = Callable[[], object]


@dataclass
class Countdown:
    """SIGKILL at a mark: statements and commits have one before and one after them. Below zero, nobody dies."""

    left: int
    passed: int = 0

    def mark(self) -> None:
        self.passed += 1
        if self.passed == self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def around_statement(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.mark()
        answer = execute(*statement)
        self.mark()
        return answer

    def around_commit(self, commit: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def marked(database: Any) -> Any:
            self.mark()
            answer = commit(database)
            self.mark()
            return answer

        return marked

    def during(self, act: Act) -> None:
        real = BaseDatabaseWrapper._commit
        BaseDatabaseWrapper._commit = self.around_commit(real)
        try:
            with connection.execute_wrapper(self.around_statement):
                act()
        finally:
            BaseDatabaseWrapper._commit = real


def dies_at(mark: int, act: Act) -> bool:
    """In a process of its own. False: there are not so many marks, and it came to its end."""

    def live() -> None:
        Countdown(mark).during(act)
        os._exit(0)

    connection.close()
    process = Fork.Process(target=live)
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


class Acts:
    """Each prepares a run of its own, and answers what is then done to it."""

    def __init__(self, engine: Engine, alice: Any) -> None:
        self.engine, self.alice, self._number = engine, alice, 0
        engine.service = OperationRunService(DatabaseDispatcher(), engine.watch)

    def start(self) -> Act:
        self._number += 1
        what = self._number
        return lambda: self.engine.ask(self.alice, what=what)

    def claim(self) -> Act:
        run = self.start()().run  # type: ignore[attr-defined]
        return lambda: self.engine.claim(run)

    def progress(self) -> Act:
        lease = self.claim()().lease  # type: ignore[attr-defined]
        return lambda: self.engine.service.progress(lease, Progress(1, 2), now=self.engine.clock())

    def finish(self) -> Act:
        lease = self.claim()().lease  # type: ignore[attr-defined]
        return lambda: self.engine.service.finish(lease, SUCCEEDED, now=self.engine.clock())


@pytest.mark.parametrize(("verb", "marks"), [("start", 10), ("claim", 8), ("progress", 6), ("finish", 10)])
@override_settings(OPERATIONS_PER_TENANT=1_000, OPERATIONS_PER_WORKSPACE=1_000)
def test_death_at_each_mark_leaves_all_or_nothing(
    own_database: OwnDatabase, engine: Engine, alice: Any, verb: str, marks: int
) -> None:
    """OPS-07, OPS-23, OPS-31: and a lease later everything has come to its end, once."""
    acts, mark = Acts(engine, alice), 1
    while dies_at(mark, getattr(acts, verb)()):
        mark += 1
    assert mark > marks
    nothing_is_half_done()
    finish_all(engine)
    nothing_is_half_done()
    assert not OperationRun.everywhere.active().exists()


def nothing_is_half_done() -> None:
    """A run has its first line, audit entry and job; an ending its last line, its telling and its audit entry.

    Each death left a run of its own, and nothing has tidied up since: what is found here was so when it died.
    """
    every = sorted(OperationRun.everywhere.values_list("pk", flat=True))
    ended = sorted(OperationRun.everywhere.completed().values_list("pk", flat=True))
    for name, runs in (("queued", every), ("completed", ended)):
        assert sorted(RunEvent.objects.filter(name=name).values_list("run_id", flat=True)) == runs
        assert (
            sorted(map(int, AuditLog.objects.filter(action=f"run.{name}").values_list("target_id", flat=True))) == runs
        )
    assert sorted(Notification.everywhere.values_list("run_id", flat=True)) == ended
    assert DatabaseDispatcher().waiting() >= len(every)
    began = OperationRun.everywhere.exclude(status=RunStatus.QUEUED).values_list("pk", flat=True)
    assert sorted(RunEvent.objects.filter(name="started").values_list("run_id", flat=True)) == sorted(began)
    assert audit.verify().holds


def finish_all(engine: Engine) -> None:
    engine.let_pass(61)
    engine.reconcile()
    for run in OperationRun.everywhere.active():
        assert engine.service.finish(engine.claim(run).lease, SUCCEEDED, now=engine.clock())
