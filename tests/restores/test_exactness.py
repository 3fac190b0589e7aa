"""Every type: captured, changed at random, restored. It is equal afterwards, or the item names the places."""

import copy
import random
from collections import Counter
from typing import Any

import pytest
from intunesim import Plan
from intunesim.catalog import COLLECTIONS
from intunesim.generator.plan import WEIGHTS

from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.contracts import registry
from tenantpilot.inventory.models import Policy
from tenantpilot.restores.states import ItemState
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.payloads import content_of
from tests.restores.conftest import delete, items_of, writes_of

FIXED = (
    "id",
    "@odata.type",
    "createdDateTime",
    "lastModifiedDateTime",
    "version",
    "templateId",
    "platforms",
    "technologies",
)


@pytest.fixture
def plan():
    return Plan(policies=len(WEIGHTS) * 2, seed=11, kinds=tuple(WEIGHTS))


def drift(directory: Any, chance: random.Random, policies: list[Policy]) -> Counter[str]:
    """Change one text, truth or number of each object at random, as its portal would."""
    changed: Counter[str] = Counter()
    by_id = {entity.id: (path, entity) for path in COLLECTIONS for entity in directory.store.entities(path)}
    for policy in policies:
        path, entity = by_id.get(policy.graph_id, ("", None))
        if entity is None or registry.get(policy.type).is_delivered(entity.body):
            continue
        body = copy.deepcopy(entity.body)
        leaves = [name for name, value in body.items() if name not in FIXED and isinstance(value, bool)]
        name = chance.choice(leaves) if leaves and chance.random() < 0.5 else "description"
        if name == "description" and name not in body:
            continue
        entity.body[name] = not body[name] if isinstance(body[name], bool) else f"Changed {chance.random()}"
        directory.store.put(path, entity)
        changed[policy.type] += 1
    return changed


def test_drift_of_every_type_is_taken_back_or_named(captured, directory, simulator, restoring):
    chance = random.Random(5)
    policies = list(Policy.everywhere.present().order_by("type", "pk"))
    versions = {
        version.policy_id: version
        for version in PolicyVersion.everywhere.filter(number=1).select_related("policy", "tenant", "payload")
    }
    changed = drift(directory, chance, policies)
    assert len(changed) > 25
    simulator.log.clear()
    restore = restoring.preview(restoring.draft(*(versions[policy.pk] for policy in policies)))
    assert writes_of(simulator) == []
    planned = Counter((item.action, *(one["code"] for one in item.blockers)) for item in items_of(restore))
    assert planned["update",] > 40, planned
    run = restoring.execute(restore)
    items = items_of(restore)
    ends = Counter(item.state for item in items)
    assert ends[ItemState.FAILED] == 0, Counter((i.type, i.reason_code) for i in items if i.state == ItemState.FAILED)
    assert ends[ItemState.VERIFIED] > 25
    assert ends[ItemState.PENDING] == ends[ItemState.WRITING] == 0
    for item in items:
        if item.state in (ItemState.VERIFIED, ItemState.VERIFIED_WITH_DIFFERENCES):
            left = left_of(item, versions)
            assert set(left) <= set(item.left_paths), (item.type, left)
        elif item.state in (ItemState.FAILED, ItemState.SKIPPED):
            assert item.reason_code, item
    assert run.summary_counts["updated"] == sum(
        ends[s] for s in (ItemState.VERIFIED, ItemState.VERIFIED_WITH_DIFFERENCES)
    )


def left_of(item, versions):
    """Return the paths at which the object, read again, differs from the version; assignments were kept."""
    contract = registry.get(item.type)
    wanted, after = content_of(item.payload), content_of(item.after_version.payload)
    bare = [{name: value for name, value in one.items() if name != "assignments"} for one in (wanted, after)]
    if item.type == "conditionalAccessPolicy":
        bare = [{name: value for name, value in one.items() if name != "state"} for one in bare]
    return [change.path for change in differences(contract, *bare)]


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
