"""Running again and retrying failed items: new linked runs, by a person who may (OPS-04, OPS-06, SEC-02)."""

from dataclasses import fields, replace

import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.operations.items.working import Item, work_through
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.rerun import CannotRunAgain, retry_failed, run_again, why_not_again, why_not_retry
from tenantpilot.operations.results import AlreadyActive, DispatchFailed
from tenantpilot.operations.types import OperationType, operation_types
from tenantpilot.tenancy.access import CapabilityMissing, NotVisible
from tenantpilot.tenancy.capabilities import Capability
from tests.operations.kit import WORK, QueueIsDown, again, limited_to

pytestmark = pytest.mark.contract


def kind_with(**values):
    return OperationType(**{**WORK.__dict__, **values})


def items_of(run):
    """Two of the items have one label: only the key tells them apart."""
    return [Item(key, "Same name") for key in run.inputs.what]


def odd_ones_fail(run):
    def work(run, item):
        if item.key in {"b", "d"}:
            raise ValueError

    work_through(run, find=items_of, work=work)


def whole(run):
    return OperationRun.everywhere.filter(pk=run.pk).values().get()


@pytest.fixture
def bulk(engine, monkeypatch):
    """The operation says what its inputs are for some of its items."""
    engine.kind = kind_with(for_items=limited_to, identity_fields=("what",))
    monkeypatch.setitem(operation_types._types, WORK.key, engine.kind)
    return engine


@pytest.fixture
def partly(bulk, alice):
    return bulk.perform(odd_ones_fail, alice, what=["a", "b", "c", "d"])


def test_running_again_is_a_new_run_of_the_same_work_linked_to_the_old_one(engine, alice, bob):
    """OPS-04."""
    old = engine.completed(alice, what="all")
    before = whole(old)
    new = run_again(old, actor=alice, now=engine.clock(), service=engine.service).run
    assert (new.retry_of, new.inputs, new.initiator, new.status) == (old, old.inputs, alice, "queued")
    assert whole(old) == before


def test_what_reads_an_uploaded_file_is_not_run_again(engine, monkeypatch, alice):
    monkeypatch.setitem(operation_types._types, WORK.key, kind_with(uses_upload=True))
    old = engine.completed(alice, what="all")
    with pytest.raises(CannotRunAgain, match="upload the file again"):
        run_again(old, actor=alice, now=engine.clock(), service=engine.service)


def test_every_operation_that_is_given_a_stored_file_says_so():
    given = {kind.key for kind in operation_types.all() if "artifact" in {field.name for field in fields(kind.inputs)}}
    assert given
    assert given == {kind.key for kind in operation_types.all() if kind.uses_upload}


def test_ops_06_running_again_joins_the_run_that_does_it_already(engine, alice):
    old = engine.completed(alice, what="all")
    first = run_again(old, actor=alice, now=engine.clock(), service=engine.service)
    second = run_again(old, actor=alice, now=engine.clock(), service=engine.service)
    assert second == AlreadyActive(first.run)


def test_who_ran_it_again_is_in_the_audit_log(engine, alice):
    """OPS-33."""
    old = engine.completed(None, what="all")
    new = run_again(old, actor=alice, now=engine.clock(), service=engine.service).run
    entry = AuditLog.objects.get(action="run.queued", target_id=str(new.pk))
    assert (entry.actor_id, entry.after) == (alice.pk, {"type": WORK.key, "retry_of": old.pk})


def test_ops_31_a_queue_that_is_down_leaves_a_failed_linked_run(engine, alice):
    old = engine.completed(alice, what="all")
    engine.line.refusing = QueueIsDown()
    with pytest.raises(DispatchFailed) as failed:
        run_again(old, actor=alice, now=engine.clock(), service=engine.service)
    assert (failed.value.run.reason_code, failed.value.run.retry_of) == ("dispatch_failed", old)


@pytest.mark.parametrize("verb", [run_again, retry_failed])
def test_sec_02_a_stranger_does_not_see_it_and_a_reader_may_not(engine, alice, bob, charlie, verb):
    old = engine.completed(alice, what="all")
    with pytest.raises(NotVisible):
        verb(old, actor=charlie, now=engine.clock(), service=engine.service)
    with pytest.raises(CapabilityMissing):
        verb(old, actor=bob, now=engine.clock(), service=engine.service)
    assert OperationRun.everywhere.count() == 1


@pytest.mark.parametrize("verb", [run_again, retry_failed])
def test_sec_02_inputs_that_do_more_need_a_further_capability(bulk, partly, alice, monkeypatch, verb):
    def of_all(inputs):
        return Capability.MEMBER_MANAGE if "a" in inputs.what else None

    monkeypatch.setitem(operation_types._types, WORK.key, replace(bulk.kind, also_needs=of_all))
    with pytest.raises(CapabilityMissing, match=r"member\.manage"):
        verb(partly, actor=alice, now=bulk.clock(), service=bulk.service)


def test_what_has_not_ended_cannot_be_run_again(engine, alice):
    """OPS-06."""
    with pytest.raises(CannotRunAgain, match="not ended"):
        run_again(engine.start(alice), actor=alice, now=engine.clock(), service=engine.service)


def test_ops_33_what_writes_to_the_tenant_is_started_from_its_preview_alone(engine, alice, monkeypatch):
    old = engine.completed(alice)
    monkeypatch.setitem(operation_types._types, WORK.key, kind_with(writes_tenant=True))
    with pytest.raises(CannotRunAgain, match="preview"):
        run_again(old, actor=alice, now=engine.clock(), service=engine.service)


def test_a_type_that_this_version_does_not_know_cannot_be_run_again(engine, alice, monkeypatch):
    old = engine.completed(alice)
    monkeypatch.delitem(operation_types._types, WORK.key)
    with pytest.raises(CannotRunAgain, match="This version"):
        run_again(old, actor=alice, now=engine.clock(), service=engine.service)


def test_retrying_is_limited_to_the_items_that_failed_by_key(bulk, partly, alice):
    new = retry_failed(partly, actor=alice, now=bulk.clock(), service=bulk.service).run
    assert (new.inputs["what"], new.retry_of) == (["b", "d"], partly)
    ended = bulk.work_on(new, lambda run: work_through(run, find=items_of, work=lambda run, item: None))
    assert (ended.outcome, ended.summary_counts["succeeded"]) == ("succeeded", 2)
    assert again(partly).outcome == "partially_succeeded"


def test_a_retry_can_be_retried(bulk, partly, alice):
    second = bulk.work_on(retry_failed(partly, actor=alice, now=bulk.clock(), service=bulk.service).run, odd_ones_fail)
    third = retry_failed(second, actor=alice, now=bulk.clock(), service=bulk.service).run
    assert third.retry_of == second


def test_what_failed_nowhere_is_not_retried(bulk, alice):
    run = bulk.perform(odd_ones_fail, alice, what=["a"])
    assert why_not_retry(run) == "None of its items failed."
    with pytest.raises(CannotRunAgain):
        retry_failed(run, actor=alice, now=bulk.clock(), service=bulk.service)


def test_items_of_an_operation_that_does_not_name_them_are_not_retried(engine, alice):
    assert "cannot be tried apart" in why_not_retry(engine.completed(alice))


def test_ops_04_no_way_leads_back_from_completed(bulk, partly, alice):
    before = whole(partly)
    retry_failed(partly, actor=alice, now=bulk.clock(), service=bulk.service)
    run_again(partly, actor=alice, now=bulk.clock(), service=bulk.service)
    bulk.service.claim(partly.pk, owner="worker", now=bulk.clock())
    bulk.reconcile()
    assert whole(partly) == before
    assert why_not_again(partly) == ""
