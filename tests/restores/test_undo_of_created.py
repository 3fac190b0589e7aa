"""What a restore has created is offered for deletion by its undo, however the restore ended."""

import pytest
from intunesim import Fault

from tenantpilot.graph.write.results import NeedsNewObject
from tenantpilot.restores.drafting import draft_to_undo, has_written
from tenantpilot.restores.editing import ItemEdit, edit_items
from tenantpilot.restores.executing import _Execution
from tenantpilot.restores.imaging import Images
from tenantpilot.restores.states import Choice
from tenantpilot.restores.writing import ItemWriter
from tests.restores.conftest import delete, entity_of, items_of, version_of
from tests.restores.test_resuming import CATALOG

pytestmark = pytest.mark.same_on_both

TO_ALL = {"id": "mine", "target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}


def unreadable(monkeypatch, simulator):
    simulator.faults.add(Fault("status", path=f"/{CATALOG}/*", method="GET", status=403))


def not_changeable(monkeypatch, simulator):
    monkeypatch.setattr(ItemWriter, "_finished", lambda *_facts: NeedsNewObject("platforms"))


def without_image(monkeypatch, simulator):
    def fail(*_facts):
        raise ValueError

    monkeypatch.setattr(Images, "snapshot", fail)


def rolled_back(monkeypatch, simulator):
    """The image is kept, and taken back with the transaction that fails behind it."""

    def fail(*_facts):
        raise ValueError

    monkeypatch.setattr(_Execution, "_record", fail)


WAYS = {
    "it cannot be read": (unreadable, "half_written"),
    "it needs a new object": (not_changeable, "needs_new_object"),
    "no image can be kept": (without_image, "internal_error"),
    "the image is rolled back": (rolled_back, "internal_error"),
}


@pytest.fixture(params=WAYS)
def created(request, captured, directory, simulator, restoring, monkeypatch):
    """A restore that has created a policy and did not come to its end with it."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    restore = restoring.preview(restoring.draft(version))
    end, reason = WAYS[request.param]
    with monkeypatch.context() as patched:
        end(patched, simulator)
        restoring.execute(restore)
    simulator.faults.clear()
    [item] = items_of(restore)
    assert (item.state, item.reason_code) == ("failed", reason)
    assert directory.store.find(CATALOG, item.target_id)
    return restoring.fresh(restore)


@pytest.fixture
def undone(created, restoring):
    """A function that previews the undo, with the deletion ticked."""

    def preview():
        undo = draft_to_undo(created, source="Undo", actor=restoring.person, now=restoring.now)
        [offered] = items_of(undo)
        assert (offered.may_delete, offered.choice) == (True, "skip")
        edit_items(undo, {offered.pk: ItemEdit(Choice.DELETE)}, actor=restoring.person, now=restoring.now)
        return restoring.preview(undo)

    return preview


def test_what_was_created_is_deleted_by_an_undo(created, undone, directory, restoring):
    assert has_written(created)
    undo = undone()
    run = restoring.execute(undo)
    assert (run.outcome, run.summary_counts["deleted"]) == ("succeeded", 1)
    assert directory.store.find(CATALOG, items_of(created)[0].target_id) is None


@pytest.mark.parametrize("change", ["description", "assignments", "settings"])
def test_what_somebody_has_changed_since_is_not_deleted(created, undone, directory, change):
    graph_id = items_of(created)[0].target_id
    policy = directory.store.find(CATALOG, graph_id)
    match change:
        case "description":
            policy.body["description"] = "Somebody works on it"
        case "assignments":
            policy.children.setdefault("assignments", []).append(TO_ALL)
        case "settings":
            policy.children["settings"].pop()
            policy.body["settingCount"] = len(policy.children["settings"])
    directory.store.put(CATALOG, policy)
    [item] = items_of(undone())
    assert (item.action, [entry["code"] for entry in item.blockers]) == ("block", ["changed_since_restore"])
