"""Every real policy: captured, changed at random, restored. It is equal afterwards, or the item names the places."""

import random
import shutil

import pytest
from intunesim import Plan
from intunesim.catalog import COLLECTIONS
from intunesim.loader import load_folder
from intunesim.state.building import place

from tenantpilot.inventory.models import Policy
from tenantpilot.restores.references import references_to_decide
from tenantpilot.restores.states import ItemState
from tenantpilot.versions.payloads import content_of
from tests.restores.conftest import items_of, version_of, writes_of
from tests.restores.drifting import drift, kept_of, left_between, read_again

pytestmark = pytest.mark.same_on_both

SAMPLE = 14
"""Of so many files, one always takes part."""
DEEP = pytest.mark.deep, pytest.mark.timeout(1_200)
EVERY = [pytest.param(1, seed, marks=DEEP, id=f"every file, {seed}") for seed in (1, 2, 3)]


@pytest.fixture
def plan():
    return Plan(policies=1, seed=7, kinds=("deviceCategory",))


@pytest.fixture
def exported(directory, shared, tmp_path, simulator):
    """exported(step) puts each so-manieth file of the real exports into Contoso; answers the ids of its objects."""

    def load(step):
        folder = shared / "graph" / "real-policies"
        for file in sorted(folder.rglob("*.json"))[::step]:
            copied = tmp_path / "exports" / file.relative_to(folder)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copied)
        directory.habits.check_references = False
        report = load_folder(directory, tmp_path / "exports", now=simulator.clock.now())
        return {one.id for one in report.loaded}

    return load


def add_groups(directory, kept, now):
    """Give the tenant the groups that its policies name: exports seldom hold them."""
    named = {key.graph_id for one in kept for key in references_to_decide(one.contract, one.before)}
    for graph_id in sorted(one for one in named if directory.store.find("groups", one) is None):
        group = {"id": graph_id, "displayName": f"Group {graph_id}", "securityEnabled": True, "groupTypes": []}
        place(directory, COLLECTIONS["groups"], group, now=now, identifier=graph_id)


@pytest.mark.parametrize(("step", "seed"), [pytest.param(SAMPLE, 5, id="sample"), *EVERY])
def test_drift_of_real_policies_is_taken_back_or_named(exported, capture, directory, simulator, restoring, step, seed):
    """R6"""
    loaded, chance = exported(step), random.Random(seed)
    assert capture().outcome == "succeeded"
    policies = list(Policy.everywhere.present().filter(graph_id__in=loaded).order_by("type", "pk"))
    assert len(policies) == len(loaded)
    kept = {one.graph_id: kept_of(directory, one.graph_id, one.type) for one in policies}
    add_groups(directory, kept.values(), simulator.clock.now())
    versions = {one.graph_id: version_of(one.graph_id) for one in policies}
    changed = {graph_id for graph_id, one in kept.items() if drift(directory, one, chance, times=5)}
    assert len(changed) > 0.95 * len(policies)
    simulator.log.clear()
    restore = restoring.preview(restoring.draft(*versions.values()))
    assert writes_of(simulator) == []
    restoring.execute(restore)
    items = {item.source_id: item for item in items_of(restore)}
    live = read_again(restoring.tenant, kept.values())
    for graph_id, item in items.items():
        left = left_between(kept[graph_id].contract, content_of(versions[graph_id].payload), live[graph_id])
        assert item.state != ItemState.VERIFIED or left == set(), (item.type, item.name, left)
        assert item.state != ItemState.VERIFIED_WITH_DIFFERENCES or left == set(item.left_paths), (item.type, left)
        assert item.state != ItemState.UNCHANGED or graph_id not in changed
    others = [(item.type, item.reason_code) for item in items.values() if item.state != ItemState.VERIFIED]
    assert {code for _type, code in others} <= {"preview_only", "unmapped"}, others
    assert len(others) < 0.2 * len(items), others
