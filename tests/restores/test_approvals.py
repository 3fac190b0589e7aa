"""Multi Admin Approval: an item waits, holds nothing up, and goes on with the same body once it was approved."""

from datetime import timedelta

import pytest
from intunesim.catalog import COLLECTIONS
from intunesim.errors import GraphError, Origin
from intunesim.graph import approval
from intunesim.graph.approval import CODE, PATH, decide

from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.restores import executing, moving
from tenantpilot.restores.approval_codes import opened_code
from tenantpilot.restores.continuing import look_at_approvals
from tenantpilot.restores.models import RestoreRun
from tenantpilot.restores.services import go_on
from tenantpilot.restores.settling import settle_all
from tenantpilot.restores.states import ItemState
from tenantpilot.tenancy.models import TenantMember
from tenantpilot.tenancy.roles import Role
from tests.people import member
from tests.restores.conftest import create, delete, edit, entity_of, items_of, version_of, writes_of

CATALOG = "deviceManagement/configurationPolicies"
MANY = 205
FILTERS = "deviceManagement/assignmentFilters"


@pytest.fixture
def unassigned(captured, capture, directory):
    """A policy that one request creates, and its version."""
    policy = entity_of(directory, CATALOG)
    policy.children["assignments"] = []
    edit(directory, CATALOG, policy.id, description="For nobody yet")
    assert capture().outcome == "succeeded"
    return policy, version_of(policy.id)


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


def test_after_a_week_and_a_day_it_expires_without_a_run(waiting, restoring):
    assert settle_all(now=restoring.now + timedelta(days=7)) == 0
    assert settle_all(now=restoring.now + timedelta(days=8)) == 1
    assert items_of(waiting)[0].reason_code == "approval_expired"
    assert restoring.fresh(waiting).state == "done"


def test_what_a_run_is_about_to_write_does_not_expire(waiting, directory, restoring):
    assert decide(directory, opened_code(waiting.tenant, items_of(waiting)[0]), "approved")
    started = go_on(restoring.fresh(waiting), actor=restoring.person, now=restoring.now)
    assert settle_all(now=restoring.now + timedelta(days=8)) == 0
    assert items_of(waiting)[0].state == "waiting"
    restoring.runner().execute(started.run.pk)
    assert items_of(waiting)[0].state == "verified"


def test_an_item_moves_only_from_the_state_in_which_it_was_read(waiting):
    [item], [stale] = items_of(waiting), items_of(waiting)
    assert moving.to_executing(waiting.pk, waiting.execute_run_id)
    moving.move_item(item, ItemState.WRITING, reason_code="")
    with pytest.raises(moving.ItemMoved):
        moving.move_item(stale, ItemState.FAILED, reason_code="approval_expired")
    assert (stale.state, items_of(waiting)[0].state) == ("waiting", "writing")


@pytest.fixture
def many(captured, restoring):
    """More restores that wait than are handled at once, of a person who may not restore any more."""
    left = member(restoring.tenant, "lea", Role.MANAGER)
    TenantMember.everywhere.filter(user=left).delete()
    facts = {"created_by": left, "created_at": restoring.now, "workspace_id": restoring.tenant.workspace_id}
    place = {"tenant": restoring.tenant, "source_tenant": restoring.tenant, "source": "Test"}
    RestoreRun.everywhere.bulk_create([RestoreRun(**facts, **place) for _number in range(MANY)])
    restores = RestoreRun.everywhere.filter(created_by=left)
    for key in restores.values_list("pk", flat=True):
        moving.to_previewing(key, None)
        moving.to_previewed(key, "f", is_blocked=False, now=restoring.now)
        moving.to_confirmed(key, moving.Confirmed("f", "r", left.pk), now=restoring.now)
        moving.to_executing(key, None)
        assert moving.to_end(key, "", is_waiting=True, now=restoring.now)
    return restores


class TestMany:
    """However many restores there are, each has its turn."""

    def test_those_that_cannot_go_on_hold_up_no_other(self, many, waiting, restoring):
        assert look_at_approvals(now=restoring.now + timedelta(minutes=5)) == 1

    def test_what_waits_for_too_long_ends(self, many, waiting, restoring):
        assert settle_all(now=restoring.now + timedelta(days=8)) == 1
        assert items_of(waiting)[0].reason_code == "approval_expired"

    def test_what_no_run_works_on_any_more_is_settled(self, many, restoring):
        for key in many.values_list("pk", flat=True):
            assert moving.to_executing(key, None)
        assert settle_all(now=restoring.now) == MANY


class TestTheScheduler:
    """It looks by itself; the clock of these tests goes on by minutes."""

    @pytest.fixture
    def look(self, waiting, restoring):
        """Do what the scheduler and workers do so many minutes after the restore; answers the runs that were done."""

        def look(minutes):
            at = restoring.now + timedelta(minutes=minutes)
            newest = OperationRun.everywhere.latest("pk").pk
            settle_all(now=at)
            if look_at_approvals(now=at):
                assert look_at_approvals(now=at) == 0, "none while one is active"
            runs = OperationRun.everywhere.filter(pk__gt=newest).order_by("pk")
            while (run := runs.filter(status="queued").first()) is not None:
                restoring.runner(at).execute(run.pk)
            settle_all(now=at)
            return list(runs)

        return look

    def code(self, waiting):
        return opened_code(waiting.tenant, items_of(waiting)[0])

    def told(self):
        return [row.run.type for row in Notification.everywhere.order_by("pk").select_related("run")]

    def test_what_waits_is_looked_at_every_five_minutes_by_the_system(self, waiting, simulator, look):
        assert look(4) == []
        simulator.log.clear()
        [run] = look(5)
        assert (run.type, run.outcome, run.initiator) == ("restore_approval_check", "succeeded", None)
        assert run.summary_counts == {"total": 1, "processed": 1, "unchanged": 1}
        assert writes_of(simulator) == []
        assert len(simulator.log) <= 2, "a token and a status"
        assert look(9) == []
        assert len(look(10)) == 1
        assert self.told() == ["restore_preview", "restore_execute"], "looks notify nobody"

    def test_ops_23_what_was_approved_goes_on_and_tells_its_person_once(self, waiting, directory, restoring, look):
        first = OperationRun.everywhere.get(type="restore_execute")
        assert decide(directory, self.code(waiting), "approved")
        check, run = look(10)
        assert (check.outcome, check.initiator) == ("succeeded", None)
        assert (run.outcome, run.initiator, run.retry_of) == ("succeeded", restoring.person, first)
        assert self.told() == ["restore_preview", "restore_execute", "restore_execute"]
        assert (restoring.fresh(waiting).state, items_of(waiting)[0].state) == ("done", "verified")
        assert look(20) == []

    @pytest.mark.parametrize(("status", "reason"), [("rejected", "approval_refused"), ("expired", "approval_expired")])
    def test_what_is_not_approved_ends_with_its_reason(self, waiting, directory, restoring, look, status, reason):
        assert decide(directory, self.code(waiting), status)
        _check, run = look(5)
        assert (run.outcome, run.reason_code, run.initiator) == ("failed", reason, restoring.person)
        assert items_of(waiting)[0].reason_code == reason
        assert restoring.fresh(waiting).state == "done"
        assert self.told().count("restore_execute") == 2

    def test_a_request_that_is_gone_has_expired(self, waiting, directory, restoring, look):
        directory.store.remove(PATH, self.code(waiting))
        assert [run.outcome for run in look(5)] == ["succeeded", "failed"]
        assert items_of(waiting)[0].reason_code == "approval_expired"

    def test_after_a_week_it_ends_and_tells_its_person(self, waiting, restoring, look):
        assert [run.type for run in look(7 * 24 * 60)] == ["restore_approval_check", "restore_execute"]
        assert items_of(waiting)[0].reason_code == "approval_expired"
        assert restoring.fresh(waiting).state == "done"
        assert self.told().count("restore_execute") == 2

    def test_for_a_person_who_has_left_it_ends_without_a_run(self, waiting, restoring, look):
        TenantMember.everywhere.filter(user=restoring.person).delete()
        assert look(7 * 24 * 60) == []
        assert restoring.fresh(waiting).state == "waiting"
        assert look(8 * 24 * 60) == []
        assert items_of(waiting)[0].reason_code == "approval_expired"

    def test_an_approval_that_is_asked_for_again_ends_it(self, waiting, directory, restoring, look, monkeypatch):
        """Microsoft answers the approved write as if nobody had approved it: no run would ever come to its end."""

        def refuse(_call, code):
            raise GraphError(412, "BadRequest", "Approval Required.", Origin.INTUNE, {CODE: code})

        monkeypatch.setattr(approval, "_use", refuse)
        assert decide(directory, self.code(waiting), "approved")
        assert [run.outcome for run in look(5)] == ["succeeded", "failed"]
        assert items_of(waiting)[0].reason_code == "approval_not_taken"
        assert (restoring.fresh(waiting).state, look(10)) == ("done", [])
        assert self.told().count("restore_execute") == 2

    def test_another_restore_of_the_tenant_is_let_end_first(self, waiting, directory, restoring, look):
        directory.habits.approval_workloads = ()
        policy = entity_of(directory, CATALOG, 1)
        version = version_of(policy.id)
        edit(directory, CATALOG, policy.id, description="Changed by hand")
        assert decide(directory, self.code(waiting), "approved")
        other = restoring.start(restoring.preview(restoring.draft(version)))
        assert look_at_approvals(now=restoring.now + timedelta(minutes=5)) == 0
        restoring.runner().execute(other.pk)
        assert len(look(6)) == 2

    def test_a_run_that_cannot_go_on_is_repeated_after_a_day(self, waiting, directory, look, monkeypatch):
        """A release reckons fingerprints otherwise. Each run notifies its person, so one a day is enough."""
        assert decide(directory, self.code(waiting), "approved")
        monkeypatch.setattr(executing, "fingerprint_of_restore", lambda _restore: "another")
        assert [run.outcome for run in look(5)] == ["succeeded", "failed"]
        assert [run.type for run in look(10)] == ["restore_approval_check"]
        assert [run.outcome for run in look(24 * 60 + 10)] == ["succeeded", "failed"]


def test_what_waits_holds_up_nothing_else(captured, directory, restoring):
    protected, free = entity_of(directory, CATALOG), entity_of(directory, FILTERS)
    versions = version_of(protected.id), version_of(free.id)
    edit(directory, CATALOG, protected.id, description="Changed by hand")
    edit(directory, FILTERS, free.id, description="Changed by hand")
    directory.habits.approval_workloads = (COLLECTIONS[CATALOG].workload,)
    restore, run = restoring.whole(*versions)
    assert [item.state for item in items_of(restore)] == ["waiting", "verified"]
    assert (run.summary_counts["waiting"], run.summary_counts["updated"]) == (1, 1)


class TestACreate:
    """A policy that was deleted waits to be created."""

    @pytest.fixture
    def deleted(self, unassigned, directory, simulator, restoring):
        policy, version = unassigned
        delete(simulator, directory, CATALOG, policy.id)
        directory.habits.approval_workloads = (COLLECTIONS[CATALOG].workload,)
        restore, _run = restoring.whole(version)
        assert [item.state for item in items_of(restore)] == ["waiting"]
        return restore, policy

    def test_it_is_created_once_it_was_approved(self, deleted, directory, restoring):
        restore, _policy = deleted
        [item] = items_of(restore)
        assert decide(directory, opened_code(restore.tenant, item), "approved")
        assert again(restoring, restore).state == "done"
        [item] = items_of(restore)
        assert (item.state, item.reason_code) == ("verified", "")

    def test_what_is_created_by_hand_meanwhile_is_not_taken_for_ours(self, deleted, directory, simulator, restoring):
        restore, policy = deleted
        directory.habits.approval_workloads = ()
        body = {name: value for name, value in policy.body.items() if name not in ("id", "settingCount")}
        other = create(simulator, directory, CATALOG, {**body, "settings": policy.children["settings"]})
        [item] = items_of(restore)
        assert decide(directory, opened_code(restore.tenant, item), "approved")
        assert again(restoring, restore).state == "done"
        [item] = items_of(restore)
        assert (item.state, item.reason_code, item.target_id) == ("failed", "namesake_appeared", "")
        assert directory.store.find(CATALOG, other) is not None
