"""An undo is a draft of what was there before; what the restore created is deleted only where a person ticks it."""

import pytest
from intunesim import Fault

from tenantpilot.restores.drafting import draft_to_undo, has_written
from tenantpilot.restores.editing import ItemEdit, edit_items
from tenantpilot.restores.states import Choice
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"


def test_after_an_undo_the_tenant_is_as_it_was(captured, directory, simulator, restoring, mona, now):
    changed, deleted = entity_of(directory, CATALOG), entity_of(directory, CATALOG, 1)
    versions = version_of(changed.id), version_of(deleted.id)
    edit(directory, CATALOG, changed.id, description="Changed by hand")
    delete(simulator, directory, CATALOG, deleted.id)
    before = {entity.id for entity in directory.store.entities(CATALOG)}
    restore, run = restoring.whole(*versions)
    assert run.outcome == "succeeded"
    undo = draft_to_undo(restore, source="Undo", actor=mona, now=now)
    assert {(item.choice, item.may_delete) for item in items_of(undo)} == {("", False), ("skip", True)}
    offered = next(item for item in items_of(undo) if item.may_delete)
    edit_items(undo, {offered.pk: ItemEdit(Choice.DELETE)}, actor=mona, now=now)
    undo = restoring.preview(undo)
    assert {item.action for item in items_of(undo)} == {"update", "delete"}
    run = restoring.execute(undo)
    assert run.outcome == "succeeded", [(i.name, i.state, i.reason_code) for i in items_of(undo)]
    assert directory.store.find(CATALOG, changed.id).body["description"] == "Changed by hand"
    assert {entity.id for entity in directory.store.entities(CATALOG)} == before
    assert run.summary_counts["deleted"] == 1


def test_what_was_created_and_changed_since_is_not_deleted(captured, directory, simulator, restoring, mona, now):
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    restore, _run = restoring.whole(version)
    undo = draft_to_undo(restore, source="Undo", actor=mona, now=now)
    [item] = items_of(undo)
    edit_items(undo, {item.pk: ItemEdit(Choice.DELETE)}, actor=mona, now=now)
    undo = restoring.preview(undo)
    created = items_of(restore)[0].target_id
    edit(directory, CATALOG, created, description="Somebody works on it")
    restoring.execute(undo)
    [item] = items_of(undo)
    assert (item.state, item.reason_code) == ("failed", "changed_since_restore")
    assert (item.before_version, item.intent, has_written(undo)) == (None, {}, False), "nothing of it was written"
    assert directory.store.find(CATALOG, created)


def test_what_was_created_and_not_finished_is_offered_for_deletion(
    captured, directory, simulator, restoring, mona, now
):
    policy = entity_of(directory, CATALOG)
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": entity_of(directory, "groups").id}
    policy.children["assignments"] = [{"id": "a", "target": target}]
    directory.store.put(CATALOG, policy)
    captured()
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    before = {entity.id for entity in directory.store.entities(CATALOG)}
    restore = restoring.preview(restoring.draft(version))
    simulator.faults.add(Fault("status", path=f"/{CATALOG}/*/assign", method="POST", status=400))
    restoring.execute(restore)
    [half] = items_of(restore)
    assert (half.state, half.reason_code) == ("failed", "half_written")
    assert has_written(restore)
    undo = draft_to_undo(restoring.fresh(restore), source="Undo", actor=mona, now=now)
    [offered] = items_of(undo)
    edit_items(undo, {offered.pk: ItemEdit(Choice.DELETE)}, actor=mona, now=now)
    run = restoring.execute(restoring.preview(undo))
    assert (run.outcome, run.summary_counts["deleted"]) == ("succeeded", 1)
    assert {entity.id for entity in directory.store.entities(CATALOG)} == before
