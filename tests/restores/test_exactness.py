"""Every type: captured, changed at random, restored. It is equal afterwards, or the item names the places."""

import random
from collections import Counter

import pytest
from intunesim import Plan
from intunesim.catalog import COLLECTIONS
from intunesim.generator.plan import WEIGHTS

from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy
from tenantpilot.restores.states import ItemState
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import content_of
from tests.restores.conftest import delete, items_of, version_of, writes_of
from tests.restores.drifting import drift, kept_of, left_between, read_again

pytestmark = pytest.mark.same_on_both


@pytest.fixture
def plan():
    return Plan(policies=len(WEIGHTS) * 2, seed=11, kinds=tuple(WEIGHTS))


def test_drift_of_every_type_is_taken_back_or_named(captured, directory, simulator, restoring):
    """R6: five random changes of each object."""
    chance = random.Random(5)
    policies = [one for one in Policy.everywhere.present().order_by("type", "pk") if is_kept(directory, one)]
    kept = {one.graph_id: kept_of(directory, one.graph_id, one.type) for one in policies}
    versions = {one.graph_id: version_of(one.graph_id) for one in policies}
    changed = {graph_id for graph_id, one in kept.items() if drift(directory, one, chance, times=5)}
    assert len({kept[graph_id].contract.key for graph_id in changed}) > 35
    simulator.log.clear()
    restore = restoring.preview(restoring.draft(*versions.values()))
    assert writes_of(simulator) == []
    run = restoring.execute(restore)
    ends, live = Counter[str](), read_again(restoring.tenant, kept.values())
    for item in items_of(restore):
        contract, wanted = kept[item.source_id].contract, content_of(versions[item.source_id].payload)
        left = left_between(contract, wanted, live[item.source_id])
        if item.state == ItemState.VERIFIED:
            assert left == set(), (item.type, left)
        elif item.state == ItemState.VERIFIED_WITH_DIFFERENCES:
            assert left == set(item.left_paths), item.type
        else:
            assert item.reason_code or item.source_id not in changed, item.type
        ends[item.state] += 1
    assert ends[ItemState.FAILED] == ends[ItemState.PENDING] == ends[ItemState.WRITING] == 0
    assert ends[ItemState.VERIFIED] > 60
    written = ends[ItemState.VERIFIED] + ends[ItemState.VERIFIED_WITH_DIFFERENCES]
    assert run.summary_counts["updated"] == written


def is_kept(directory, policy):
    """Return True for an object that a person can change: neither a singleton nor delivered by Microsoft."""
    path = next((path for path in COLLECTIONS if directory.store.find(path, policy.graph_id)), None)
    return path is not None and not registry.get(policy.type).is_delivered(
        directory.store.find(path, policy.graph_id).body
    )


def test_what_was_deleted_of_every_type_comes_back_equal_or_is_named(captured, directory, simulator, restoring):
    """One object of each type that Graph lets us create, deleted and restored, in one run."""
    by_id = {entity.id: path for path in COLLECTIONS for entity in directory.store.entities(path)}
    chosen: dict[str, PolicyVersion] = {}
    for version in (
        PolicyVersion.everywhere.filter(number=1).select_related("policy", "tenant", "payload").order_by("pk")
    ):
        contract = registry.get(version.policy.type)
        if contract.create and not contract.is_delivered(content_of(version.payload)) and version.restorable == "yes":
            chosen.setdefault(version.policy.type, version)
    for version in chosen.values():
        delete(simulator, directory, by_id[version.policy.graph_id], version.policy.graph_id)
    restore = restoring.preview(restoring.draft(*chosen.values()))
    run = restoring.execute(restore)
    items = items_of(restore)
    others = [(i.type, i.state, i.reason_code, i.left_paths) for i in items if i.state != ItemState.VERIFIED]
    assert others == []
    assert len(items) > 15
    assert all(item.target_id for item in items if item.state == ItemState.VERIFIED)
    assert run.summary_counts["created"] >= sum(item.state == ItemState.VERIFIED for item in items)
