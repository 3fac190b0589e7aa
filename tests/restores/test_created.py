"""The preview of an object that is created shows all that it will be, and for whom."""

import pytest

from tenantpilot.directory.models import Group
from tenantpilot.restores.services import CannotConfirm, Confirmation, confirm
from tests.restores.conftest import delete, entity_of, items_of, version_of
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"
ALL_DEVICES = {"id": "all", "target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}


@pytest.fixture
def previewed(captured, capture, directory, simulator, restoring):
    """Preview a policy that is gone, with the assignments that it had."""

    def previewed(*assignments):
        policy = entity_of(directory, CATALOG)
        if assignments:
            policy.children["assignments"] = list(assignments)
            directory.store.put(CATALOG, policy)
            capture()
        version = version_of(policy.id)
        delete(simulator, directory, CATALOG, policy.id)
        return policy, restoring.preview(restoring.draft(version))

    return previewed


def test_settings_and_assignments_of_a_new_object_are_shown(previewed, directory, signed_in, mona):
    policy, restore = previewed()
    [item] = items_of(restore)
    texts = [sentence["text"] for sentence in item.sentences]
    groups = [row["target"]["groupId"] for row in policy.children["assignments"] if "groupId" in row["target"]]
    names = [directory.store.find("groups", group).body["displayName"] for group in groups]
    assert item.action == "create"
    assert groups
    assert [name for name in names if not any(f"Group {name}: " in text for text in texts)] == []
    definitions = {setting["settingInstance"]["settingDefinitionId"] for setting in policy.children["settings"]}
    assert [one for one in definitions if not any(one in sentence["path"] for sentence in item.sentences)] == []
    assert f"Name: “{policy.body['name']}”" in texts
    page = read(signed_in(mona).get(f"/admin/t/contoso/restores/{restore.pk}/preview/")).one("main").words
    assert "What it will be: its assignments and settings" in page
    assert all(text in page for text in texts)


def test_a_new_object_for_all_devices_needs_a_tick(previewed, restoring, mona, now):
    _policy, restore = previewed(ALL_DEVICES)
    [item] = items_of(restore)
    assert (item.warnings, item.sentences[0]["text"]) == (["wide_target"], "All devices: included")
    words = Confirmation(restore.fingerprint, "Contoso", "Undo a mistake")
    with pytest.raises(CannotConfirm, match="Accept the warnings"):
        confirm(restore, words, actor=mona, now=now)
    assert restoring.execute(restore).outcome == "succeeded"


def test_a_new_object_for_a_large_group_needs_a_tick(previewed, directory, contoso, now):
    group = entity_of(directory, "groups")
    facts = {"tenant": contoso, "graph_id": group.id.lower(), "name": "Everybody"}
    defaults = {
        "workspace_id": contoso.workspace_id, "member_count": 5_000, "members_counted_at": now, "first_seen_at": now,
        "changed_at": now, "round": 1,
    }  # fmt: skip
    Group.everywhere.update_or_create(**facts, defaults=defaults)
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group.id}
    _policy, restore = previewed({"id": "large", "target": target})
    assert items_of(restore)[0].warnings == ["large_group"]


def test_a_new_object_without_assignments_says_so(previewed, restoring, directory):
    _policy, restore = previewed()
    draft = restoring.draft(items_of(restore)[0].version)
    draft.options = {"assignments": "none", "enforce": False}  # as TenantPilot stored it before
    draft.save()
    [item] = items_of(restoring.preview(draft))
    assert item.sentences[0]["text"] == "Assigned to nobody"
