"""A capture takes a version of each policy that changed, and of no other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from intunesim import Fault, Plan

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.models import Notification, OperationRun, RunItem
from tenantpilot.operations.service import OperationRunService
from tenantpilot.operations.types import operation_types
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.operations import POLICY_CAPTURE
from tenantpilot.versions.services import start_capture
from tests.versions.conftest import stored, versions_of
from tests.versions.kit import new_policy

CATALOG = "deviceManagement/configurationPolicies"


@pytest.mark.parametrize("plan", [Plan(policies=60, seed=7)], ids=["60 policies"])
def test_the_first_capture_takes_one_version_of_each(capture):
    run = capture()
    policies = Policy.everywhere.count()
    assert run.outcome == "succeeded", run.failure_summary
    counts = run.summary_counts
    assert (counts["versions"], counts["succeeded"], counts["total"]) == (policies, policies, policies)
    assert set(PolicyVersion.everywhere.values_list("number", "change", "source")) == {(1, "first", "capture")}
    assert policies > 50


def test_an_unchanged_tenant_adds_no_payload_and_no_version(capture):
    capture()
    before = stored()
    run = capture()
    assert stored() == before
    assert (run.outcome, run.summary_counts["unchanged"]) == ("succeeded", before[1])
    assert "versions" not in run.summary_counts


def edit(directory, path, **changes):
    """Change an object of the tenant as its portal would; answers the policy."""
    entity = next(iter(directory.store.entities(path)))
    entity.body.update(changes)
    directory.store.put(path, entity)
    return Policy.everywhere.get(graph_id=entity.id)


def test_one_change_makes_one_version_of_one_policy(captured, directory):
    policy = edit(directory, CATALOG, description="Changed by hand")
    before = stored()
    run = captured()
    assert stored() == (before[0] + 1, before[1] + 1)
    assert run.summary_counts["versions"] == 1
    _first, second = versions_of(policy)
    assert (second.number, second.change, second.differences) == (2, "form", 1)
    assert "Changed by hand" in second.sentence
    assert (second.run_id, second.actor_confidence, second.actors) == (run.pk, "unknown", [])


def test_a_change_of_assignments_alone_is_seen(captured, directory):
    """Also where Graph leaves the time of the last change as it was; names are kept as they were."""
    entity = next(iter(directory.store.entities(CATALOG)))
    group = next(iter(directory.store.entities("groups")))
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group.id}
    entity.children["assignments"] = [{"id": "new", "target": target}]
    directory.store.put(CATALOG, entity)
    captured()
    newest = versions_of(Policy.everywhere.get(graph_id=entity.id))[-1]
    assert newest.number == 2
    assert newest.names[group.id.lower()] == {"type": "group", "name": group.body["displayName"]}


def test_chosen_policies_alone_are_captured(capture, sync):
    sync()
    chosen = list(Policy.everywhere.order_by("pk").values_list("pk", flat=True)[:3])
    run = capture(chosen)
    assert (run.outcome, run.summary_counts["versions"]) == ("succeeded", 3)
    assert set(PolicyVersion.everywhere.values_list("policy_id", flat=True)) == set(chosen)


def test_a_policy_that_is_gone_is_skipped_by_name(captured, directory):
    entity = next(iter(directory.store.entities(CATALOG)))
    directory.store.remove(CATALOG, entity.id)
    before = stored()
    run = captured()
    item = RunItem.objects.get(run=run, state="skipped")
    assert (item.reason_code, item.key) == ("policy_missing", str(Policy.everywhere.get(graph_id=entity.id).pk))
    assert (run.summary_counts["missing"], run.summary_counts["skipped"]) == (1, 1)
    assert stored() == before


def test_a_policy_that_is_listed_and_not_found_has_failed(captured, simulator):
    policy = Policy.everywhere.of_type("settingsCatalog").first()
    simulator.faults.add(Fault(status=404, path=f"/{CATALOG}/{policy.graph_id}*"))
    run = captured([policy.pk])
    item = RunItem.objects.get(run=run)
    assert (run.outcome, item.state, item.reason_code) == ("failed", "failed", "object_not_shown")


def test_a_torn_policy_fails_alone_and_makes_no_version(captured, directory):
    entity = next(iter(directory.store.entities(CATALOG)))
    entity.body["settingCount"] = 40
    directory.store.put(CATALOG, entity)
    before = stored()
    run = captured()
    [failure] = run.failure_summary
    assert (run.outcome, failure["code"], failure["item"]) == (
        "partially_succeeded",
        "incomplete_read",
        entity.body["name"],
    )
    assert stored() == before


def test_a_type_that_fails_costs_its_policies_alone(captured, simulator):
    simulator.faults.add(Fault("status", path=f"/{CATALOG}*", status=403))
    before = stored()
    run = captured(initiator=None)
    failed = RunItem.objects.failed().filter(run=run)
    assert run.outcome == "partially_succeeded"
    assert failed.count() == Policy.everywhere.of_type("settingsCatalog").count()
    assert set(failed.values_list("reason_code", flat=True)) == {"permission_missing"}
    assert stored() == before


def test_ops_13_the_breaker_opens_when_most_fail(captured, simulator):
    simulator.faults.add(Fault("status", path="/device*", status=400))
    run = captured()
    assert (run.outcome, run.reason_code) == ("partially_succeeded", "circuit_open")
    assert run.summary_counts["skipped"] > 0


def test_ops_23_one_notification_for_a_person_and_none_for_the_system(capture, alice):
    assert capture(initiator=None).outcome == "succeeded"
    assert not Notification.everywhere.exists()
    run = capture(initiator=alice)
    assert Notification.everywhere.get(recipient=alice).run_id == run.pk


def test_sec_03_a_policy_of_another_tenant_is_captured_by_nobody_else(capture, sync, fabrikam, now):
    sync()
    foreign = new_policy(fabrikam, now)
    run = capture([foreign.pk])
    assert (run.outcome, run.failure_summary[0]["code"]) == ("failed", "policy_not_found")
    assert not PolicyVersion.everywhere.exists()


class WorkerDied(BaseException):
    """Like SIGKILL: nothing is caught, nothing is said."""


class DyingService(OperationRunService):
    """Its worker dies at the given checkpoint: one of the items, with its version written and not committed."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    def checkpoint(self, lease, data, **when):
        kept = super().checkpoint(lease, data, **when)
        self._left -= 1
        if not self._left:
            raise WorkerDied
        return kept


def test_ops_07_a_capture_that_is_killed_ten_times_doubles_and_loses_nothing(sync, contoso, alice, now, monkeypatch):
    patient = replace(POLICY_CAPTURE, limits=replace(POLICY_CAPTURE.limits, attempts=20))
    monkeypatch.setitem(operation_types._types, POLICY_CAPTURE.key, patient)
    sync()
    policies = list(Policy.everywhere.order_by("pk").values_list("pk", flat=True)[:24])
    run = start_capture(tenant=contoso, initiator=alice, selection=policies, now=now).run
    for attempt in range(1, 11):
        later = now + timedelta(minutes=5 * attempt)
        with pytest.raises(WorkerDied):
            Runner(DyingService(at=3), clock=lambda at=later: at).execute(run.pk)
        OperationRunService().redispatch(OperationRun.everywhere.get(pk=run.pk), now=later + timedelta(minutes=4))
    later = now + timedelta(hours=2)
    assert Runner(clock=lambda: later).execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, run.summary_counts["versions"], run.summary_counts["processed"]) == ("succeeded", 24, 24)
    assert sorted(PolicyVersion.everywhere.values_list("policy_id", "number")) == [(pk, 1) for pk in policies]
    assert Notification.everywhere.filter(run=run).count() == 1


def test_a_cancelled_capture_keeps_what_it_took_and_ends_once(sync, contoso, alice, now):
    sync()
    run = start_capture(tenant=contoso, initiator=alice, selection=PolicyFilter(), now=now).run
    OperationRunService().request_cancel(run, actor=alice, now=now)
    Runner().execute(run.pk)
    run.refresh_from_db()
    assert (run.outcome, Notification.everywhere.filter(run=run).count()) == ("cancelled", 1)
    assert not PolicyVersion.everywhere.exists()
