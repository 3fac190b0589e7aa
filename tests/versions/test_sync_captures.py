"""A sync that captures what changed: versions of those policies and of no other, within its own run."""

from contextlib import contextmanager

import pytest
from intunesim import Fault, Plan

from tenantpilot.inventory.handlers import sync_inventory
from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import INVENTORY_SYNC, SyncInputs
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.run_context import RunContext
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.sync_capture import SyncCapture
from tests.operations.kit import Engine

CATALOG = "deviceManagement/configurationPolicies"
COMPLIANCE = "deviceManagement/deviceCompliancePolicies"
ALL_DEVICES = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}
KEYS = ("settingsCatalog", "compliancePolicy")


@pytest.fixture
def plan():
    return Plan(policies=10, seed=7, kinds=KEYS)


@pytest.fixture
def sync_and_capture(contoso, graph, credential, alice, now):
    def ask_and_work():
        started = start_sync(tenant=contoso, initiator=alice, now=now, policy_types=KEYS, capture=True)
        Runner().execute(started.run.pk)
        return OperationRun.everywhere.get(pk=started.run.pk)

    return ask_and_work


def test_twelve_updated_have_twelve_versions_and_are_found_by_the_run(sync_and_capture, directory):
    first = sync_and_capture()
    assert (first.outcome, first.summary_counts["versions"]) == ("succeeded", Policy.everywhere.count())
    for entity in directory.store.entities(CATALOG)[:3]:
        entity.body["description"] = "Changed"
        directory.store.put(CATALOG, entity)
    run = sync_and_capture()
    assert (run.summary_counts["updated"], run.summary_counts["versions"]) == (3, 3)
    assert Policy.everywhere.filter(changed_run=run).count() == 3
    assert PolicyVersion.everywhere.filter(run=run).count() == 3
    assert Notification.everywhere.filter(run=run).count() == 1


def test_a_sync_without_the_wish_takes_none(sync):
    run = sync(*KEYS)
    assert not PolicyVersion.everywhere.exists()
    assert SyncInputs(KEYS).to_json() == {"policy_types": list(KEYS)}
    assert "versions" not in {name for name, count in run.summary_counts.items() if count}


def test_a_policy_that_cannot_be_read_whole_fails_its_type_by_its_name_and_costs_no_other(
    sync_and_capture, directory, simulator
):
    torn = directory.store.entities(CATALOG)[0]
    simulator.faults.add(Fault("status", path=f"*{torn.id}/settings*", status=400))
    run = sync_and_capture()
    assert run.outcome == "partially_succeeded"
    assert [failure["item"] for failure in run.failure_summary] == [f"Settings catalog: {torn.body['name']}"]
    assert run.summary_counts["versions"] == Policy.everywhere.count() - 1


def test_ops_10_the_counts_of_a_sync_that_captures_add_up(sync_and_capture, directory, simulator):
    for entity in directory.store.entities(CATALOG)[:2]:
        simulator.faults.add(Fault("status", path=f"*{entity.id}*", status=500))
    counts = sync_and_capture().summary_counts
    assert (counts["total"], counts["processed"], counts["succeeded"], counts["failed"]) == (2, 2, 1, 1)


def test_what_an_earlier_capture_missed_is_captured_by_the_next(sync_and_capture, directory, simulator):
    sync_and_capture()
    changed = describe(directory, directory.store.entities(CATALOG)[0].id, "Changed while its read failed")
    fault = simulator.faults.add(Fault("status", path=f"*{changed.id}*", status=500))
    assert sync_and_capture().outcome == "partially_succeeded"
    simulator.faults.remove(fault.id)
    run = sync_and_capture()
    assert (run.outcome, run.summary_counts["versions"]) == ("succeeded", 1)


def test_a_change_of_assignments_alone_makes_a_version(sync_and_capture, directory):
    sync_and_capture()
    policy = Policy.everywhere.of_type("compliancePolicy").earliest("pk")
    entity = directory.store.find(COMPLIANCE, policy.graph_id)
    entity.children["assignments"] = [{"id": "a", "target": ALL_DEVICES}]
    directory.store.put(COMPLIANCE, entity)
    run = sync_and_capture()
    counts = run.summary_counts
    assert (run.outcome, counts["updated"], counts["versions"]) == ("succeeded", 1, 1)
    assert counts["updated"] + counts["unchanged"] == counts["policies"]
    assert Policy.everywhere.get(pk=policy.pk).changed_run == run


def test_a_policy_that_is_ignored_is_left_out(sync_and_capture, directory, alice, now):
    sync_and_capture()
    policy = Policy.everywhere.of_type("settingsCatalog").earliest("pk")
    Policy.everywhere.filter(pk=policy.pk).update(ignored_at=now, ignored_by=alice)
    describe(directory, policy.graph_id, "Changed while nobody cared")
    assert "versions" not in sync_and_capture().summary_counts


def test_a_worker_that_dies_between_the_list_and_the_versions_doubles_no_count(
    contoso, graph, credential, alice, now, monkeypatch
):
    """The list of a type is written before its versions are taken: whoever takes over does not count it again."""
    start_sync(tenant=contoso, initiator=alice, now=now, policy_types=KEYS, capture=True)
    engine = Engine(None, kind=INVENTORY_SYNC)
    claimed = engine.claim(OperationRun.everywhere.get())
    with dying_in(monkeypatch, SyncCapture, "take"):
        sync_inventory(RunContext(claimed.run, INVENTORY_SYNC, claimed.lease, engine.service, engine.clock))
    assert Policy.everywhere.exists()
    engine.lose_the_worker()
    Runner(engine.service, engine.clock).execute(claimed.run.pk)
    run = OperationRun.everywhere.get()
    counts = run.summary_counts
    assert (run.outcome, run.attempt, counts["total"], counts["succeeded"]) == ("succeeded", 2, 2, 2)
    assert counts["policies"] == counts["created"] == counts["versions"] == Policy.everywhere.count()


class Killed(BaseException):
    """The worker is gone."""


@contextmanager
def dying_in(monkeypatch, owner, name):
    """Let the worker die as soon as it comes to this method."""

    def die(*_arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die)
        with pytest.raises(Killed):
            yield


def describe(directory, graph_id, text):
    """Change the description of a policy of the settings catalog, and return it."""
    entity = directory.store.find(CATALOG, graph_id)
    entity.body["description"] = text
    directory.store.put(CATALOG, entity)
    return entity
