"""Before each creation the tenant is looked at again: a namesake that the preview did not show ends the item."""

import pytest
from intunesim import Fault

from tenantpilot.restores.editing import ItemEdit, edit_items
from tenantpilot.restores.states import Choice
from tests.restores.conftest import create, delete, edit, entity_of, items_of, version_of, writes_of

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"


@pytest.fixture
def deleted(captured, directory, simulator):
    """A policy that is gone from the tenant: its entity as it was, and its version."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    return policy, version


def made_by_hand(simulator, directory, policy, **changes):
    body = {name: value for name, value in policy.body.items() if name not in ("id", "settingCount")}
    return create(simulator, directory, CATALOG, {**body, **changes})


def test_a_namesake_that_appears_after_the_preview_ends_the_item(deleted, directory, simulator, restoring):
    policy, version = deleted
    restore = restoring.preview(restoring.draft(version))
    other = made_by_hand(simulator, directory, policy, name=f"  {policy.body['name'].upper()} ")
    simulator.log.clear()
    run = restoring.execute(restore)
    [item] = items_of(restore)
    assert (item.state, item.reason_code, run.outcome) == ("failed", "namesake_appeared", "failed")
    assert writes_of(simulator) == []
    [again] = items_of(restoring.preview(restoring.draft(version)))
    assert (again.action, again.match, again.found_id) == ("update", "by_name", other)


def test_two_items_of_one_name_are_both_created(captured, directory, simulator, restoring, capture):
    one, other = (entity_of(directory, CATALOG, number) for number in (0, 1))
    shared = {name: one.body.get(name) for name in ("name", "templateReference")}
    edit(directory, CATALOG, other.id, **shared)
    capture()
    versions = [version_of(entity.id) for entity in (one, other)]
    for entity in (one, other):
        delete(simulator, directory, CATALOG, entity.id)
    _restore, run = restoring.whole(*versions)
    assert (run.outcome, run.summary_counts["created"]) == ("succeeded", 2), run.failure_summary


def test_a_copy_is_created_beside_what_the_preview_has_shown(captured, directory, simulator, restoring, mona, now):
    policy = entity_of(directory, CATALOG)
    there = made_by_hand(simulator, directory, policy, name=f"{policy.body['name']} (restored)")
    draft = restoring.draft(version_of(policy.id))
    edit_items(draft, {item.pk: ItemEdit(Choice.COPY) for item in items_of(draft)}, actor=mona, now=now)
    restore = restoring.preview(draft)
    assert [one["id"] for one in items_of(restore)[0].candidates] == [there]
    assert restoring.execute(restore).outcome == "succeeded"


@pytest.mark.parametrize("path", ["{}*", "{}/assignments"], ids=["the object", "a part of it"])
def test_what_is_listed_and_not_found_is_not_created_again(captured, directory, simulator, restoring, path):
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    policy.children["assignments"] = [{"id": str(n), "target": {}} for n in range(30)]
    directory.store.put(CATALOG, policy)
    simulator.faults.add(Fault(status=404, path=f"/{CATALOG}/{path.format(policy.id)}"))
    restore = restoring.preview(restoring.draft(version))
    [item] = items_of(restore)
    assert (restore.state, item.action, item.blockers[0]["code"]) == ("blocked", "block", "object_not_shown")
