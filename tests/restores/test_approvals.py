"""Multi Admin Approval: an item waits, holds nothing up, and goes on with the same body once it was approved."""

from datetime import timedelta

import pytest
from intunesim.catalog import COLLECTIONS
from intunesim.graph.approval import decide

from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.restores.approving import opened_code
from tenantpilot.restores.continuing import look_at_approvals
from tenantpilot.restores.services import go_on
from tenantpilot.restores.settling import settle_all
from tenantpilot.tenancy.models import TenantMember
from tests.restores.conftest import edit, entity_of, items_of, version_of

CATALOG = "deviceManagement/configurationPolicies"
FILTERS = "deviceManagement/assignmentFilters"


@pytest.fixture
def waiting(captured, directory, restoring):
    """A restore of one policy that Contoso protects."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    directory.habits.approval_workloads = (COLLECTIONS[CATALOG].workload,)
    restore, run = restoring.whole(version)
    assert (run.outcome, restore.state) == ("partially_succeeded", "waiting")
    assert run.summary_counts["waiting"] == 1
    return restore


def again(restoring, restore):
    started = go_on(restoring.fresh(restore), actor=restoring.person, now=restoring.now)
    restoring.runner().execute(started.run.pk)
    return restoring.fresh(restore)


def test_it_goes_on_once_it_was_approved(waiting, directory, restoring):
    [item] = items_of(waiting)
    assert (item.state, item.reason_code) == ("waiting", "approval_pending")
    code = opened_code(waiting.tenant, item)
    assert code.encode() not in bytes(item.approval_sealed)
    assert again(restoring, waiting).state == "waiting"
    assert decide(directory, code, "approved")
    assert again(restoring, waiting).state == "done"
    assert items_of(waiting)[0].state == "verified"
    assert directory.store.find(CATALOG, item.found_id).body.get("description") != "Changed by hand"


def test_a_refusal_ends_it_with_its_reason(waiting, directory, restoring):
    assert decide(directory, opened_code(waiting.tenant, items_of(waiting)[0]), "rejected")
    assert again(restoring, waiting).state == "done"
    [item] = items_of(waiting)
    assert (item.state, item.reason_code) == ("failed", "approval_refused")


def test_what_changed_meanwhile_is_not_written_over(waiting, directory, restoring):
    [item] = items_of(waiting)
    edit(directory, CATALOG, item.found_id, description="Changed again")
    assert decide(directory, opened_code(waiting.tenant, item), "approved")
    again(restoring, waiting)
    assert items_of(waiting)[0].reason_code == "changed_since_preview"
    assert directory.store.find(CATALOG, item.found_id).body["description"] == "Changed again"


def test_after_a_week_it_expires(waiting, restoring):
    assert settle_all(now=restoring.now + timedelta(days=6)) == 0
    assert settle_all(now=restoring.now + timedelta(days=8)) == 1
    assert items_of(waiting)[0].reason_code == "approval_expired"
    assert restoring.fresh(waiting).state == "done"


class TestTheScheduler:
    """It looks by itself; the clock of these tests goes on by minutes."""

    @pytest.fixture
    def look(self, waiting, restoring):
        """Do what the scheduler and a worker do so many minutes after the restore; answers the run, if one started."""

        def look(minutes):
            at = restoring.now + timedelta(minutes=minutes)
            settle_all(now=at)
            if not look_at_approvals(now=at):
                return None
            assert look_at_approvals(now=at) == 0, "none while one is active"
            run = OperationRun.everywhere.latest("pk")
            restoring.runner(at).execute(run.pk)
            settle_all(now=at)
            run.refresh_from_db()
            return run

        return look

    def code(self, waiting):
        return opened_code(waiting.tenant, items_of(waiting)[0])

    def test_approved_after_a_while_it_goes_on_by_itself(self, waiting, directory, restoring, look):
        first = OperationRun.everywhere.get(type="restore_execute")
        preview = OperationRun.everywhere.get(type="restore_preview")
        assert look(4) is None, "nothing may have changed yet"
        assert look(5).summary_counts["waiting"] == 1
        assert look(9) is None
        assert decide(directory, self.code(waiting), "approved")
        run = look(10)
        assert (run.outcome, run.initiator, run.retry_of) == ("succeeded", None, first)
        assert set(Notification.everywhere.values_list("run", flat=True)) == {preview.pk, first.pk}, "looks tell nobody"
        assert (restoring.fresh(waiting).state, items_of(waiting)[0].state) == ("done", "verified")
        assert look(20) is None

    @pytest.mark.parametrize(("status", "reason"), [("rejected", "approval_refused"), ("expired", "approval_expired")])
    def test_what_is_not_approved_ends_with_its_reason(self, waiting, directory, restoring, look, status, reason):
        assert decide(directory, self.code(waiting), status)
        assert look(5).outcome == "failed"
        assert items_of(waiting)[0].reason_code == reason
        assert restoring.fresh(waiting).state == "done"

    def test_after_a_week_nobody_looks_any_more(self, waiting, restoring, look):
        assert look(8 * 24 * 60) is None
        assert items_of(waiting)[0].reason_code == "approval_expired"

    def test_it_does_not_look_for_a_person_who_has_left(self, waiting, restoring, look):
        TenantMember.everywhere.filter(user=restoring.person).delete()
        assert look(5) is None
        assert restoring.fresh(waiting).state == "waiting"

    def test_another_restore_of_the_tenant_is_let_end_first(self, waiting, directory, restoring, look):
        directory.habits.approval_workloads = ()
        policy = entity_of(directory, CATALOG, 1)
        version = version_of(policy.id)
        edit(directory, CATALOG, policy.id, description="Changed by hand")
        other = restoring.start(restoring.preview(restoring.draft(version)))
        assert look(5) is None
        restoring.runner().execute(other.pk)
        assert look(6) is not None


def test_what_waits_holds_up_nothing_else(captured, directory, restoring):
    protected, free = entity_of(directory, CATALOG), entity_of(directory, FILTERS)
    versions = version_of(protected.id), version_of(free.id)
    edit(directory, CATALOG, protected.id, description="Changed by hand")
    edit(directory, FILTERS, free.id, description="Changed by hand")
    directory.habits.approval_workloads = (COLLECTIONS[CATALOG].workload,)
    restore, run = restoring.whole(*versions)
    assert [item.state for item in items_of(restore)] == ["waiting", "verified"]
    assert (run.summary_counts["waiting"], run.summary_counts["updated"]) == (1, 1)
