"""Objects that refer to each other: what is needed comes first, and its new id is used (CIPP #4194, #5368, #1618)."""

import pytest
from intunesim import Fault

from tenantpilot.restores.repeating import draft_of_failed
from tests.restores.conftest import delete, entity_of, items_of, version_of

pytestmark = pytest.mark.same_on_both

LOCATIONS = "identity/conditionalAccess/namedLocations"
POLICIES = "identity/conditionalAccess/policies"


@pytest.fixture
def pair(directory, sync, capture):
    """A Conditional Access policy that uses a named location, both with a version, and then both deleted."""
    location, policy = entity_of(directory, LOCATIONS), entity_of(directory, POLICIES)
    policy.body["conditions"]["locations"] = {"includeLocations": ["All"], "excludeLocations": [location.id]}
    policy.body["state"] = "enabled"
    directory.store.put(POLICIES, policy)
    assert capture().outcome == "succeeded"
    return location, policy


def removed(simulator, directory, location, policy):
    delete(simulator, directory, POLICIES, policy.id)
    delete(simulator, directory, LOCATIONS, location.id)


def test_the_location_is_created_first_and_its_new_id_is_used(pair, simulator, directory, restoring):
    location, policy = pair
    versions = version_of(policy.id), version_of(location.id)
    removed(simulator, directory, location, policy)
    restore, run = restoring.whole(*versions)
    by_type = {item.type: item for item in items_of(restore)}
    assert run.outcome == "succeeded", [(i.name, i.reason_code, i.left_paths) for i in items_of(restore)]
    assert by_type["namedLocation"].turn < by_type["conditionalAccessPolicy"].turn
    created = directory.store.find(POLICIES, by_type["conditionalAccessPolicy"].target_id)
    new_id = by_type["namedLocation"].target_id
    assert created.body["conditions"]["locations"]["excludeLocations"] == [new_id]
    assert new_id != location.id
    assert created.body["state"] == "enabledForReportingButNotEnforced"


def test_a_location_that_is_refused_holds_its_policy_back(pair, simulator, directory, restoring, mona, now):
    location, policy = pair
    versions = version_of(policy.id), version_of(location.id)
    removed(simulator, directory, location, policy)
    restore = restoring.preview(restoring.draft(*versions))
    simulator.faults.add(Fault("status", path=f"/{LOCATIONS}*", method="POST", status=400))
    before = len(list(directory.store.entities(POLICIES)))
    restoring.execute(restore)
    by_type = {item.type: item for item in items_of(restore)}
    assert by_type["namedLocation"].state == "failed"
    assert (by_type["conditionalAccessPolicy"].state, by_type["conditionalAccessPolicy"].reason_code) == (
        "skipped",
        "dependency_failed",
    )
    assert len(list(directory.store.entities(POLICIES))) == before
    simulator.faults.clear()
    again = draft_of_failed(restoring.fresh(restore), source="Again", actor=mona, now=now)
    assert {item.type for item in items_of(again)} == set(by_type), "what was held back is tried again, too"
    run = restoring.execute(restoring.preview(again))
    assert (run.outcome, run.summary_counts["created"]) == ("succeeded", 2)


def test_without_the_location_the_policy_waits_for_a_decision(pair, simulator, directory, restoring):
    """Only what was chosen is restored: the location is not added, and its condition is not dropped."""
    location, policy = pair
    version = version_of(policy.id)
    removed(simulator, directory, location, policy)
    restore = restoring.preview(restoring.draft(version))
    [item] = items_of(restore)
    assert (restore.state, item.blockers[0]["code"]) == ("blocked", "unmapped")
    assert item.blockers[0]["about"] == [["namedLocation", location.id]]


def test_an_enforced_policy_that_is_there_stays_enforced_and_asks(pair, directory, restoring):
    """An enforced policy for everybody is changed only where a person accepts that nobody checked a lock-out."""
    _location, policy = pair
    version = version_of(policy.id)
    live = directory.store.find(POLICIES, policy.id)
    live.body["conditions"]["users"] = {**live.body["conditions"]["users"], "includeUsers": ["All"]}
    live.body["grantControls"] = {"operator": "OR", "builtInControls": ["mfa"]}
    directory.store.put(POLICIES, live)
    restore = restoring.preview(restoring.draft(version))
    [item] = items_of(restore)
    assert item.action in ("update", "none"), item.blockers
    run = restoring.execute(restore)
    assert run.outcome == "succeeded"
    assert directory.store.find(POLICIES, policy.id).body["state"] == "enabled"
