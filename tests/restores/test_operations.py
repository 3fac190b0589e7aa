"""Endings of the operations of restores: each ends once, with one notification for a person and none for the system."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from intunesim import Fault

from tenantpilot.operations.items.working import RunItems
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.run_context import RunCancelled
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.restores.operations import RESTORE_EXECUTE
from tenantpilot.restores.services import CannotConfirm, Confirmation, PreviewStale, RestoreBusy, confirm
from tenantpilot.tenancy.models import TenantCredential
from tests.restores.conftest import edit, items_of, version_of, writes_of

CATALOG = "deviceManagement/configurationPolicies"


@pytest.fixture
def several(captured, directory):
    """Versions of all policies of the catalogue, each changed by hand since."""
    entities = list(directory.store.entities(CATALOG))
    versions = [version_of(entity.id) for entity in entities]
    for entity in entities:
        edit(directory, CATALOG, entity.id, description="Changed by hand")
    return versions


def told(run):
    return Notification.everywhere.filter(run=run).count()


def test_a_preview_that_fails_leaves_a_draft(several, restoring):
    TenantCredential.everywhere.all().delete()
    restore = restoring.preview(restoring.draft(*several))
    run = OperationRun.everywhere.get(type="restore_preview")
    assert (run.outcome, restore.state, told(run)) == ("failed", "draft", 1)


def test_items_that_cannot_be_read_are_named_and_the_others_compared(several, simulator, restoring):
    broken = several[0].policy.graph_id
    simulator.faults.add(Fault("status", path=f"/{CATALOG}/{broken}*", status=400))
    restore = restoring.preview(restoring.draft(*several))
    run = OperationRun.everywhere.get(type="restore_preview")
    assert (run.outcome, restore.state, told(run)) == ("partially_succeeded", "previewed", 1)
    assert {item.action for item in items_of(restore)} == {"block", "update"}


def reads_of_all_items(restoring, versions):
    """Return the number of queries of one execution that read items of the restore without naming one."""
    run = restoring.start(restoring.preview(restoring.draft(*versions)))
    with CaptureQueriesContext(connection) as queries:
        assert restoring.runner().execute(run.pk)
    statements = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    of_items = [text.partition(" WHERE ")[2] for text in statements if 'FROM "restore_items"' in text]
    return sum('"restore_run_id" =' in condition for condition in of_items)


def test_items_are_read_as_often_for_many_as_for_few(several, restoring):
    few = reads_of_all_items(restoring, several[:1])
    assert few == reads_of_all_items(restoring, several[1:])
    assert 0 < few < len(several)


def test_a_cancelled_restore_keeps_what_it_wrote_and_writes_no_more(several, directory, restoring, mona, monkeypatch):
    """A person cancels while the first item is settled."""
    restore = restoring.preview(restoring.draft(*several))
    run = restoring.start(restore)
    report = RunItems.report

    def cancelled_behind_the_first(self, number=1):
        OperationRunService().request_cancel(OperationRun.everywhere.get(pk=run.pk), actor=mona, now=restoring.now)
        self._run.stop(RunCancelled)
        report(self, number)

    monkeypatch.setattr(RunItems, "report", cancelled_behind_the_first)
    restoring.runner().execute(run.pk)
    run.refresh_from_db()
    assert Counter(item.state for item in items_of(restore)) == {"verified": 1, "pending": len(several) - 1}
    by_hand = [e for e in directory.store.entities(CATALOG) if e.body["description"] == "Changed by hand"]
    assert len(by_hand) == len(several) - 1
    assert (run.outcome, told(run), restoring.fresh(restore).state) == ("cancelled", 1, "done")


def test_a_restore_that_is_cancelled_in_the_queue_writes_nothing(several, simulator, restoring, mona):
    restore = restoring.preview(restoring.draft(*several))
    run = restoring.start(restore)
    simulator.log.clear()
    OperationRunService().request_cancel(run, actor=mona, now=restoring.now)
    assert not restoring.runner().execute(run.pk)
    assert (restoring.fresh(restore).state, writes_of(simulator)) == ("previewed", [])


def test_two_restores_into_one_tenant_never_run_at_once(several, restoring):
    first = restoring.preview(restoring.draft(several[0]))
    second = restoring.preview(restoring.draft(several[1]))
    restoring.start(first)
    with pytest.raises(RestoreBusy):
        restoring.start(second)
    assert restoring.fresh(second).state == "previewed"
    assert OperationRun.everywhere.filter(type="restore_execute").count() == 1


def test_an_old_preview_is_not_confirmed(several, restoring):
    restore = restoring.preview(restoring.draft(*several))
    with pytest.raises(PreviewStale):
        restoring.start(restore, at=restoring.now + timedelta(minutes=61))
    assert restoring.fresh(restore, restoring.now + timedelta(minutes=61)).state == "expired"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"tenant_name": "contoso"}, CannotConfirm),
        ({"reason": "  "}, CannotConfirm),
        ({"fingerprint": "0" * 64}, PreviewStale),
    ],
)
def test_a_confirmation_says_what_it_lacks(several, restoring, mona, changes, error):
    restore = restoring.preview(restoring.draft(several[0]))
    words = {"fingerprint": restore.fingerprint, "tenant_name": "Contoso", "reason": "Mistake"} | changes
    with pytest.raises(error):
        confirm(restore, Confirmation(**words), actor=mona, now=restoring.now)
    assert not OperationRun.everywhere.filter(type="restore_execute").exists()


def test_ops_13_the_breaker_opens_when_most_fail(several, simulator, restoring, monkeypatch):
    limits = replace(RESTORE_EXECUTE.limits, breaker_after=3)
    monkeypatch.setitem(operation_types._types, RESTORE_EXECUTE.key, replace(RESTORE_EXECUTE, limits=limits))
    restore = restoring.preview(restoring.draft(*several))
    simulator.faults.add(Fault("status", path=f"/{CATALOG}/*", method="PUT", status=400))
    run = restoring.execute(restore)
    assert (run.outcome, run.reason_code) == ("failed", "circuit_open")
    states = Counter(item.state for item in items_of(restore))
    assert states == {"failed": 3, "pending": len(several) - 3}
    assert (told(run), restoring.fresh(restore).state) == (1, "done")
