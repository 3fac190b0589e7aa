"""What needs an item that waits for an approval waits with it, and goes on or ends with it by itself."""

from datetime import timedelta

import pytest
from intunesim.catalog import COLLECTIONS
from intunesim.graph.approval import decide

from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.restores import moving
from tenantpilot.restores.approval_codes import opened_code
from tenantpilot.restores.continuing import look_at_approvals
from tenantpilot.restores.settling import settle_all
from tenantpilot.restores.states import ItemState
from tests.restores.conftest import create, delete, edit, entity_of, items_of, version_of, writes_of

pytestmark = pytest.mark.same_on_both

TAGS, FILTERS = "deviceManagement/roleScopeTags", "deviceManagement/assignmentFilters"
DAY = 24 * 60


@pytest.fixture
def tagged(captured, directory, simulator, sync, capture):
    """A filter with a scope tag, both with a version; then the tag is deleted, and Contoso protects tags."""
    tag_id = create(simulator, directory, TAGS, {"displayName": "Branch"})
    chosen = entity_of(directory, FILTERS)
    edit(directory, FILTERS, chosen.id, roleScopeTags=[tag_id])
    assert sync().outcome == "succeeded"
    assert capture().outcome == "succeeded"
    versions = version_of(chosen.id), version_of(tag_id)
    edit(directory, FILTERS, chosen.id, roleScopeTags=["0"], description="Changed by hand")
    delete(simulator, directory, TAGS, tag_id)
    directory.habits.approval_workloads = (COLLECTIONS[TAGS].workload,)
    return versions


@pytest.fixture
def waiting(tagged, restoring):
    restore, run = restoring.whole(*tagged)
    assert (run.outcome, run.summary_counts["waiting"]) == ("partially_succeeded", 2)
    return restore


@pytest.fixture
def look(waiting, restoring):
    """Do what the scheduler and workers do so many minutes after the restore; answers the runs that were done."""

    def look(minutes):
        at = restoring.now + timedelta(minutes=minutes)
        newest = OperationRun.everywhere.latest("pk").pk
        settle_all(now=at)
        look_at_approvals(now=at)
        runs = OperationRun.everywhere.filter(pk__gt=newest).order_by("pk")
        while (run := runs.filter(status="queued").first()) is not None:
            restoring.runner(at).execute(run.pk)
        settle_all(now=at)
        return list(runs)

    return look


def tag_and_filter(restore):
    by_type = {item.type: item for item in items_of(restore)}
    return by_type["roleScopeTag"], by_type["assignmentFilter"]


def ends(restore):
    return [(item.state, item.reason_code) for item in tag_and_filter(restore)]


def decided(restore, directory, status):
    return decide(directory, opened_code(restore.tenant, tag_and_filter(restore)[0]), status)


def notified():
    return Notification.everywhere.filter(run__type="restore_execute").count()


def test_it_waits_for_what_it_needs_and_nothing_of_it_is_written(waiting, directory):
    assert ends(waiting) == [("waiting", "approval_pending"), ("waiting", "dependency_pending")]
    chosen = tag_and_filter(waiting)[1]
    assert (chosen.intent, chosen.before_version, chosen.approval_sealed) == ({}, None, None)
    assert directory.store.find(FILTERS, chosen.found_id).body["description"] == "Changed by hand"


def test_nobody_is_asked_or_notified_while_nothing_is_answered(waiting, simulator, look):
    simulator.log.clear()
    assert [run.type for run in look(5)] == ["restore_approval_check"]
    assert [run.type for run in look(10)] == ["restore_approval_check"]
    assert writes_of(simulator) == []
    assert notified() == 1


def test_once_approved_both_are_written_in_one_run(waiting, directory, restoring, look):
    fingerprint = waiting.fingerprint
    assert decided(waiting, directory, "approved")
    _check, run = look(5)
    assert (run.outcome, run.summary_counts["succeeded"], run.initiator) == ("succeeded", 2, restoring.person)
    tag, chosen = tag_and_filter(waiting)
    assert (tag.state, chosen.state) == ("verified", "verified")
    assert directory.store.find(FILTERS, chosen.found_id).body["roleScopeTags"] == [tag.target_id]
    assert chosen.before_version is not None
    assert (restoring.fresh(waiting).state, restoring.fresh(waiting).fingerprint) == ("done", fingerprint)
    assert notified() == 2, "one for each run that wrote"
    assert look(10) == []


@pytest.mark.parametrize(("status", "reason"), [("rejected", "approval_refused"), ("expired", "approval_expired")])
def test_what_is_not_approved_takes_it_along(waiting, directory, restoring, simulator, look, status, reason):
    assert decided(waiting, directory, status)
    simulator.log.clear()
    look(5)
    assert ends(waiting) == [("failed", reason), ("skipped", "dependency_failed")]
    assert writes_of(simulator) == []
    assert restoring.fresh(waiting).state == "done"


def test_after_a_week_without_an_answer_both_end(waiting, restoring, look):
    assert [run.type for run in look(7 * DAY)] == ["restore_approval_check", "restore_execute"]
    assert ends(waiting) == [("failed", "approval_expired"), ("skipped", "dependency_failed")]
    assert restoring.fresh(waiting).state == "done"


def test_where_no_run_can_go_on_both_end_a_day_later(waiting, restoring):
    assert settle_all(now=restoring.now + timedelta(days=7)) == 0
    assert settle_all(now=restoring.now + timedelta(days=8)) == 1
    assert ends(waiting) == [("failed", "approval_expired"), ("skipped", "dependency_failed")]


def test_what_changed_meanwhile_is_not_written_over(waiting, directory, look):
    chosen = tag_and_filter(waiting)[1]
    edit(directory, FILTERS, chosen.found_id, description="Changed again")
    assert decided(waiting, directory, "approved")
    look(5)
    assert ends(waiting) == [("verified", ""), ("failed", "changed_since_preview")]
    assert directory.store.find(FILTERS, chosen.found_id).body["description"] == "Changed again"


def test_what_its_run_did_not_come_to_goes_on_by_itself(waiting, directory, simulator, restoring, look):
    """The run that had the answer ended between the two: the tag is there, and nothing waits for an approval."""
    tag, chosen = tag_and_filter(waiting)
    directory.habits.approval_workloads = ()
    new_id = create(simulator, directory, TAGS, {"displayName": "Branch"})
    moving.move_item(tag, ItemState.VERIFIED, target_id=new_id, reason_code="")
    _check, run = look(5)
    assert (run.outcome, ends(waiting)[1]) == ("succeeded", ("verified", ""))
    assert directory.store.find(FILTERS, chosen.found_id).body["roleScopeTags"] == [new_id]
    assert restoring.fresh(waiting).state == "done"
