"""Restores from versions into the same tenant: what was chosen is written, exactly, and nothing else."""

from tenantpilot.operations.models import Notification
from tenantpilot.restores.drafting import draft_to_undo
from tenantpilot.restores.editing import ItemEdit, edit_items
from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.states import Choice
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of, writes_of

CATALOG = "deviceManagement/configurationPolicies"


def test_a_preview_reads_everything_and_writes_nothing(captured, directory, simulator, restoring):
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    simulator.log.clear()
    restore = restoring.preview(restoring.draft(version))
    assert restore.state == "previewed", [(i.action, i.blockers) for i in items_of(restore)]
    [item] = items_of(restore)
    assert (item.action, item.match, item.found_id) == ("update", "by_id", policy.id)
    assert ["Description" in sentence["text"] for sentence in item.sentences] == [True]
    assert writes_of(simulator) == []
    assert any(policy.id in entry.path for entry in simulator.log)


def test_one_of_many_is_restored_by_exactly_its_requests(captured, directory, simulator, restoring):
    policy = entity_of(directory, CATALOG)
    version, before = version_of(policy.id), policy.body["description"]
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    restore = restoring.preview(restoring.draft(version))
    simulator.log.clear()
    run = restoring.execute(restore)
    assert run.outcome == "succeeded", run.failure_summary
    assert directory.store.find(CATALOG, policy.id).body["description"] == before
    assert all(policy.id in request for request in writes_of(simulator))
    assert len(writes_of(simulator)) == 1
    [item] = items_of(restore)
    assert (item.state, run.summary_counts["updated"]) == ("verified", 1)
    assert item.before_version.number < item.after_version.number
    assert restoring.fresh(restore).state == "done"
    assert Notification.everywhere.filter(run=run).count() == 1


def test_what_was_deleted_is_created_again_with_its_assignments(captured, directory, simulator, restoring):
    policy = entity_of(directory, CATALOG)
    assert policy.children["assignments"]
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    restore, run = restoring.whole(version)
    [item] = items_of(restore)
    assert run.outcome == "succeeded", (run.failure_summary, item.reason_code, item.left_paths, item.blockers)
    assert (item.action, item.state, run.summary_counts["created"]) == ("create", "verified", 1)
    created = directory.store.find(CATALOG, item.target_id)
    assert created.body["name"] == policy.body["name"]
    assert len(created.children["assignments"]) == len(policy.children["assignments"])


def test_nothing_is_sent_where_nothing_differs(captured, directory, simulator, restoring):
    version = version_of(entity_of(directory, CATALOG).id)
    restore = restoring.preview(restoring.draft(version))
    [item] = items_of(restore)
    assert (item.action, restore.state) == ("none", "previewed")
    assert RestoreItem.everywhere.count() == 1


def test_a_change_after_the_preview_is_refused_and_shown_while_others_are_written(captured, directory, restoring):
    one, other = (entity_of(directory, CATALOG, number) for number in (0, 1))
    versions = [version_of(one.id), version_of(other.id)]
    for entity in (one, other):
        edit(directory, CATALOG, entity.id, description="Changed by hand")
    restore = restoring.preview(restoring.draft(*versions))
    edit(directory, CATALOG, one.id, description="Changed again")
    run = restoring.execute(restore)
    refused, written = items_of(restore)
    assert (refused.state, refused.reason_code) == ("failed", "changed_since_preview")
    assert run.outcome == "partially_succeeded"
    assert "Changed again" in refused.changed_sentences[0]["text"]
    assert directory.store.find(CATALOG, one.id).body["description"] == "Changed again"
    assert written.state == "verified"


def test_a_copy_stands_beside_the_original_and_its_undo_deletes_it_alone(
    captured, directory, simulator, restoring, mona, now
):
    policy = entity_of(directory, CATALOG)
    version, name = version_of(policy.id), policy.body["name"]
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    before = {entity.id for entity in directory.store.entities(CATALOG)}
    restore = restoring.draft(version)
    [item] = items_of(restore)
    edit_items(restore, {item.pk: ItemEdit(Choice.COPY)}, actor=mona, now=now)
    restore = restoring.preview(restoring.fresh(restore))
    simulator.log.clear()
    run = restoring.execute(restore)
    [item] = items_of(restore)
    assert (item.action, item.state, run.summary_counts["created"]) == ("create", "verified", 1), item.left_paths
    copy = directory.store.find(CATALOG, item.target_id)
    assert (copy.body["name"], len(copy.children["assignments"])) == (
        f"{name} (restored)",
        len(policy.children["assignments"]),
    )
    assert not [request for request in writes_of(simulator) if policy.id in request]
    assert directory.store.find(CATALOG, policy.id).body["description"] == "Changed by hand"
    undo = draft_to_undo(restore, source="Undo", actor=mona, now=now)
    [item] = items_of(undo)
    edit_items(undo, {item.pk: ItemEdit(Choice.DELETE)}, actor=mona, now=now)
    restoring.execute(restoring.preview(undo))
    assert {entity.id for entity in directory.store.entities(CATALOG)} == before
