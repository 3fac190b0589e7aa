"""Asking for work: started once, joined by everybody else, or refused with a reason (OPS-06, OPS-26, OPS-31)."""

from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django_tasks_db.models import DBTaskResult

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.lifecycle import starting
from tenantpilot.operations.lifecycle.identity import identity_of
from tenantpilot.operations.models import Notification, OperationRun, RunEvent
from tenantpilot.operations.queues.dispatch import DatabaseDispatcher
from tenantpilot.operations.results import AlreadyActive, DispatchFailed, Started
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.states import RunOutcome, RunStatus
from tenantpilot.tenancy.models import Tenant
from tests.operations.kit import WORK, Engine, QueueIsDown, WorkInputs, again

pytestmark = pytest.mark.contract


def test_asking_starts_a_queued_run_with_its_job_in_line(engine: Engine, alice: Any) -> None:
    """OPS-01, OPS-02, OPS-30, OPS-31."""
    run = engine.start(alice, what="all")
    assert (run.status, run.outcome, run.initiator, run.tenant) == (RunStatus.QUEUED, None, alice, engine.tenant)
    assert (run.type, run.inputs["what"], run.created_at) == ("test_work", "all", engine.clock())
    assert engine.line.jobs == [run.pk]


def test_asking_twice_joins_the_run_already_under_way(engine: Engine, alice: Any, bob: Any) -> None:
    """OPS-06, OPS-26."""
    first = engine.start(alice, what="all")
    assert engine.ask(bob, what="all") == AlreadyActive(first)
    assert engine.line.jobs == [first.pk]


def test_asking_while_it_runs_joins_it(engine: Engine, alice: Any, bob: Any) -> None:
    """OPS-06."""
    running = engine.running(alice, what="all").run
    assert engine.ask(bob, what="all") == AlreadyActive(running)


def test_asking_after_the_end_starts_anew(engine: Engine, alice: Any) -> None:
    """OPS-06: only an active run is joined."""
    first = engine.completed(alice, what="all")
    assert engine.start(alice, what="all") != first


def test_other_inputs_another_tenant_and_the_workspace_are_other_work(
    engine: Engine, alice: Any, fabrikam: Tenant
) -> None:
    """OPS-06: what makes two requests the same work."""
    engine.start(alice, what="all")
    assert isinstance(engine.ask(alice, what="some"), Started)
    assert isinstance(Engine(fabrikam).ask(alice, what="all"), Started)
    service, now = engine.service, engine.clock()
    asked = {
        "tenant": None,
        "workspace": fabrikam.workspace,
        "initiator": alice,
        "inputs": WorkInputs("all"),
        "now": now,
    }
    assert isinstance(service.start(WORK, **asked), Started)
    assert isinstance(service.start(WORK, **asked), AlreadyActive)


def test_inputs_outside_the_identity_do_not_make_it_other_work(engine: Engine, alice: Any) -> None:
    """OPS-06."""
    first = engine.start(alice, what="all", note="x")
    assert engine.ask(alice, what="all", note="y") == AlreadyActive(first)


def test_the_order_of_keys_does_not_matter_but_the_values_do() -> None:
    """OPS-06."""
    assert identity_of(WORK, {"what": {"a": 1, "b": 2}}) == identity_of(WORK, {"what": {"b": 2, "a": 1}})
    assert identity_of(WORK, {"what": "1"}) != identity_of(WORK, {"what": 1})
    assert identity_of(WORK, {"what": None}) == identity_of(WORK, {})


def test_a_run_needs_a_tenant_or_a_workspace(engine: Engine) -> None:
    """OPS-02."""
    with pytest.raises(ValueError, match="tenant, or a workspace"):
        engine.service.start(WORK, tenant=None, initiator=None, inputs=WorkInputs(), now=engine.clock())


def test_a_queue_that_refuses_ends_the_run_and_says_so(engine: Engine, alice: Any) -> None:
    """OPS-31: the run is completed as failed with reason dispatch_failed, and the person is told."""
    engine.line.refusing = QueueIsDown("amqp://user:hunter2@queue")
    with pytest.raises(DispatchFailed) as refused:
        engine.ask(alice, what="all")
    run = again(refused.value.run)
    assert (run.status, run.outcome, run.reason_code) == (RunStatus.COMPLETED, RunOutcome.FAILED, "dispatch_failed")
    assert run.started_at is None
    assert Notification.everywhere.get(run=run).recipient == alice
    assert "hunter2" not in str(run.__dict__) + str(refused.value)


def test_after_a_refusal_the_same_work_can_be_asked_for_again(engine: Engine, alice: Any) -> None:
    """OPS-31: nothing hangs."""
    engine.line.refusing = QueueIsDown()
    with pytest.raises(DispatchFailed):
        engine.ask(alice)
    engine.line.refusing = None
    assert isinstance(engine.ask(alice), Started)


def test_a_queue_that_breaks_the_database_transaction_is_survived(engine: Engine, alice: Any) -> None:
    """OPS-31: an IntegrityError of the queue's own tables is not taken for joined work."""
    engine.line.refusing = IntegrityError("operation_tasks.id is taken")
    with pytest.raises(DispatchFailed):
        engine.ask(alice)
    assert OperationRun.everywhere.count() == 1


def test_run_and_job_are_committed_together_or_not_at_all(engine: Engine, alice: Any, monkeypatch: Any) -> None:
    """OPS-31: what fails after the dispatch takes the job with it."""
    service = OperationRunService(DatabaseDispatcher())
    real = starting._dispatch

    def dispatched_and_broken(run: OperationRun, dispatcher: Any) -> None:
        real(run, dispatcher)
        assert DBTaskResult.objects.exists()
        raise OperationalError("gone")

    monkeypatch.setattr(starting, "_dispatch", dispatched_and_broken)
    with pytest.raises(OperationalError):
        service.start(WORK, tenant=engine.tenant, initiator=alice, inputs=WorkInputs(), now=engine.clock())
    assert not OperationRun.everywhere.exists()
    assert not DBTaskResult.objects.exists()
    assert not AuditLog.objects.filter(action="run.queued").exists()


def test_the_database_queue_takes_the_job_in_the_same_transaction(engine: Engine, alice: Any) -> None:
    """OPS-31: one row for the run, one for its job, which carries nothing but the run's id."""
    service = OperationRunService(DatabaseDispatcher())
    run = service.start(WORK, tenant=engine.tenant, initiator=alice, inputs=WorkInputs("x"), now=engine.clock()).run
    job = DBTaskResult.objects.get()
    assert job.args_kwargs == {"args": [run.pk], "kwargs": {}}
    assert job.queue_name == WORK.queue


def test_the_job_is_the_row_that_the_queue_itself_would_write(engine: Engine, alice: Any) -> None:
    """OPS-31: the one statement that takes the place of `enqueue`."""
    from tenantpilot.operations.workers.tasks import execute_run

    DatabaseDispatcher().dispatch(7, queue="bulk", priority=3, not_before=engine.clock())
    execute_run.using(queue_name="bulk", priority=3, run_after=engine.clock()).enqueue(7)
    DatabaseDispatcher().dispatch(7, queue="interactive")
    execute_run.using(queue_name="interactive").enqueue(7)
    own, theirs, own_plain, theirs_plain = DBTaskResult.objects.order_by("enqueued_at").values()
    for row in (own, theirs, own_plain, theirs_plain):
        del row["id"], row["enqueued_at"]
    assert (own, own_plain) == (theirs, theirs_plain)


def test_a_start_is_on_the_timeline_and_in_the_audit_log(engine: Engine, alice: Any) -> None:
    """OPS-01, OPS-02."""
    run = engine.start(alice)
    assert RunEvent.objects.get(run=run).name == "queued"
    entry = AuditLog.objects.get(action="run.queued")
    assert (entry.actor_id, entry.tenant_id, entry.target_id) == (alice.pk, engine.tenant.pk, str(run.pk))


def test_a_start_tells_nobody_anything(engine: Engine, alice: Any) -> None:
    """OPS-24: no notification for a queued or running operation."""
    engine.running(alice)
    assert not Notification.everywhere.exists()


def test_inputs_that_no_database_could_keep_are_refused_before_anything_is_written(engine: Engine) -> None:
    with pytest.raises(ValueError, match="Unable to serialize"):
        engine.ask(what=object())
    assert not OperationRun.everywhere.exists()
