"""A sync that captures what changed: versions of those policies and of no other, within its own run."""

import pytest
from intunesim import Fault, Plan

from tenantpilot.inventory.models import Policy
from tenantpilot.inventory.operations import SyncInputs
from tenantpilot.inventory.services import start_sync
from tenantpilot.operations.models import Notification, OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.models import PolicyVersion

CATALOG = "deviceManagement/configurationPolicies"
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


def test_a_policy_that_cannot_be_read_whole_is_named_and_costs_no_other(sync_and_capture, directory, simulator):
    torn = directory.store.entities(CATALOG)[0]
    simulator.faults.add(Fault("status", path=f"*{torn.id}/settings*", status=400))
    run = sync_and_capture()
    assert run.outcome == "partially_succeeded"
    assert [failure["item"] for failure in run.failure_summary] == [torn.body["name"]]
    assert run.summary_counts["versions"] == Policy.everywhere.count() - 1
