"""A person ends runs while a worker is in the middle of an item: neither waits for the other for ever (PostgreSQL)."""

import contextvars
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tenantpilot.audit import services as audit
from tenantpilot.operations.audit_actions import RUN_CANCEL_REQUESTED
from tenantpilot.operations.items.working import Item, work_through
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.offboarding.archiving import archive_tenant, archive_workspace
from tenantpilot.operations.results import CannotCancel
from tenantpilot.operations.run_context import RunContext
from tests.databases import OwnDatabase
from tests.operations.kit import Engine, again

pytestmark = pytest.mark.contract


class Person:
    """Does something in a thread and a session of their own, and is watched until they wait for a lock."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act, self._has_begun = act, threading.Event()
        self.error: BaseException | None = None
        self._pid = 0
        self._thread = threading.Thread(target=contextvars.copy_context().run, args=(self._run,))

    def _run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._pid = cursor.fetchone()[0]
            self._has_begun.set()
            self._act()
        except BaseException as error:
            self.error = error
        finally:
            self._has_begun.set()
            connection.close()

    def begin_and_wait(self) -> None:
        """Return when the person waits for a lock that the session of this thread holds."""
        self._thread.start()
        self._has_begun.wait(60)
        with connection.cursor() as cursor:
            while self._thread.is_alive():
                cursor.execute("SELECT pg_backend_pid() = ANY(pg_blocking_pids(%s))", [self._pid])
                if cursor.fetchone()[0]:
                    return

    def end(self) -> None:
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.mark.parametrize("is_audited_first", [True, False], ids=["audit entry before", "audit entry after"])
@pytest.mark.parametrize("act", ["cancel", "archive the tenant", "archive the workspace"])
def test_ops_07_runs_are_ended_while_an_item_is_worked_on(
    own_database: OwnDatabase, contoso: Any, fabrikam: Any, alice: Any, engine: Engine, act: str, is_audited_first: bool
) -> None:
    """Whoever locks a run and the audit log locks all runs first."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock for all that is written")
    earlier = engine.start(alice, what=1)
    mine = Engine(contoso if act == "archive the tenant" else fabrikam)
    run = mine.start(None, what=2)
    now = engine.clock()
    person = Person(
        {
            "cancel": lambda: mine.service.request_cancel(OperationRun.everywhere.get(pk=run.pk), actor=alice, now=now),
            "archive the tenant": lambda: archive_tenant(contoso, actor=alice, now=now),
            "archive the workspace": lambda: archive_workspace(contoso.workspace, actor=alice, now=now),
        }[act]
    )

    def work(context: RunContext, item: Item) -> None:
        if is_audited_first:
            record(context)
        person.begin_and_wait()
        if not is_audited_first:
            record(context)

    def record(context: RunContext) -> None:
        audit.record(RUN_CANCEL_REQUESTED, workspace_id=context.workspace.pk, tenant_id=context.tenant.pk, at=now)

    ended = mine.work_on(run, lambda context: work_through(context, find=lambda _run: [Item("k", "Item")], work=work))
    person.end()
    assert person.error is None or isinstance(person.error, CannotCancel)  # the run may end before it is asked to
    assert (ended.attempt, ended.summary_counts["succeeded"]) == (1, 1)
    assert ended.cancel_requested_at or again(run).outcome == "succeeded"
    assert act == "cancel" or again(earlier).outcome == "cancelled"


def test_a_heart_kept_out_by_its_own_item_does_not_give_the_run_up(engine: Engine, alice: Any) -> None:
    """OPS-07: nobody else can take a run that its worker has locked."""
    answers: list[bool] = []

    def work(context: RunContext, item: Item) -> None:
        answers.append(context.holds_write_lock)

    engine.perform(lambda context: work_through(context, find=lambda _run: [Item("k", "Item")], work=work), alice)
    assert answers == [True]
