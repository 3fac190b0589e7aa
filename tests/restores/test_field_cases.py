"""Cases from the field: each is a public report about another tool, and its right result."""

import base64

import pytest
from intunesim import Fault, Plan

from tenantpilot.restores.editing import ItemEdit, edit_items, edit_options
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.states import Choice
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of, writes_of

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"
COMPLIANCE = "deviceManagement/deviceCompliancePolicies"
TEMPLATES = "deviceManagement/notificationMessageTemplates"
FILTERS = "deviceManagement/assignmentFilters"
INTENTS = "deviceManagement/intents"
SCRIPTS = "deviceManagement/deviceManagementScripts"
GROUP, EXCLUDED = (f"#microsoft.graph.{kind}AssignmentTarget" for kind in ("group", "exclusionGroup"))


def assign(directory, path, entity, *targets):
    entity.children["assignments"] = [{"id": f"a{n}", "target": target} for n, target in enumerate(targets)]
    directory.store.put(path, entity)


def group(directory, number=0, kind=GROUP):
    return {"@odata.type": kind, "groupId": entity_of(directory, "groups", number).id}


def exactly(restoring, version):
    restore = restoring.draft(version)
    edit_options(restore, RestoreOptions(assignments="exact"), actor=restoring.person, now=restoring.now)
    return restoring.preview(restoring.fresh(restore))


def targets(directory, graph_id):
    rows = directory.store.find(CATALOG, graph_id).children["assignments"]
    return {(row["target"]["@odata.type"].rpartition(".")[2], row["target"].get("groupId")) for row in rows}


def test_a_change_of_assignments_alone_is_restored_removals_too(directory, sync, capture, simulator, restoring):
    """IntuneCD #266: include A and exclude B in the version; A alone, then all devices, in the tenant."""
    policy = entity_of(directory, CATALOG)
    included, excluded = group(directory, 0), group(directory, 1, EXCLUDED)
    assign(directory, CATALOG, policy, included, excluded)
    capture()
    version, wanted = version_of(policy.id), targets(directory, policy.id)
    assign(directory, CATALOG, directory.store.find(CATALOG, policy.id), included)
    restore = exactly(restoring, version)
    [item] = items_of(restore)
    assert (item.action, item.difference_count) == ("update", 1)
    simulator.log.clear()
    restoring.execute(restore)
    assert [request.rpartition("/")[2] for request in writes_of(simulator)] == ["assign"]
    assert targets(directory, policy.id) == wanted
    devices = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}
    assign(directory, CATALOG, directory.store.find(CATALOG, policy.id), devices, excluded)
    restore = exactly(restoring, version)
    assert sorted(one["kind"] for one in items_of(restore)[0].sentences) == ["added", "removed"]
    restoring.execute(restore)
    assert targets(directory, policy.id) == wanted


def test_a_compliance_policy_comes_back_with_its_template(directory, sync, capture, simulator, restoring):
    """IntuneCD #76: what a create needs and an update does not, and no read-only id in the body."""
    policy, template = entity_of(directory, COMPLIANCE), entity_of(directory, TEMPLATES)
    actions = [
        {"id": "x", "actionType": "block", "gracePeriodHours": 0, "notificationTemplateId": ""},
        {"id": "y", "actionType": "notification", "gracePeriodHours": 24, "notificationTemplateId": template.id},
    ]
    policy.children["scheduledActionsForRule"] = [
        {"id": "z", "ruleName": None, "scheduledActionConfigurations": actions}
    ]
    directory.store.put(COMPLIANCE, policy)
    capture()
    versions = version_of(policy.id), version_of(template.id)
    delete(simulator, directory, COMPLIANCE, policy.id)
    delete(simulator, directory, TEMPLATES, template.id)
    simulator.log.clear()
    restore, run = restoring.whole(*versions)
    by_type = {item.type: item for item in items_of(restore)}
    assert run.outcome == "succeeded", [(i.name, i.state, i.reason_code, i.left_paths) for i in items_of(restore)]
    created = directory.store.find(COMPLIANCE, by_type["compliancePolicy"].target_id)
    [rule] = created.children["scheduledActionsForRule"]
    mapped = {row["notificationTemplateId"] for row in rule["scheduledActionConfigurations"]}
    assert by_type["notificationTemplate"].target_id in mapped
    sent = [e.body for e in simulator.log if e.method == "POST" and not e.path.endswith(("$batch", "getByIds"))]
    assert template.id not in str(sent)


def test_a_setting_that_the_service_no_longer_knows_creates_nothing(captured, directory, simulator, restoring):
    """IntuneManagement #308, #241, #209: not an empty policy."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    directory.store.remove(CATALOG, policy.id)
    for definition in list(directory.store.entities("deviceManagement/configurationSettings")):
        directory.store.remove("deviceManagement/configurationSettings", definition.id)
    restore = restoring.preview(restoring.draft(version))
    [item] = items_of(restore)
    assert (restore.state, item.action, item.blockers[0]["code"]) == ("blocked", "block", "definition_gone")
    assert writes_of(simulator) == []


def test_what_a_step_answers_as_text_is_no_success(captured, directory, simulator, restoring):
    """CyberDrain/CIPP PR #202: the item failed, and the run has succeeded in part."""
    one, other = entity_of(directory, CATALOG), entity_of(directory, CATALOG, 1)
    versions = version_of(one.id), version_of(other.id)
    for entity in (one, other):
        edit(directory, CATALOG, entity.id, description="Changed by hand")
    restore = restoring.preview(restoring.draft(*versions))
    simulator.faults.add(Fault("status", path=f"/{CATALOG}/{one.id}*", method="*", status=400))
    run = restoring.execute(restore)
    assert run.outcome == "partially_succeeded"
    assert sorted(item.state for item in items_of(restore)) == ["failed", "verified"]


def test_scope_tags_that_a_create_ignores_are_written_afterwards(captured, directory, simulator, restoring):
    """M365DSC #6727: never silently Default."""
    tags = [tag.id for tag in directory.store.entities("deviceManagement/roleScopeTags")]
    policy = entity_of(directory, CATALOG)
    edit(directory, CATALOG, policy.id, roleScopeTagIds=["0", *tags[-1:]])
    captured()
    version = version_of(policy.id)
    delete(simulator, directory, CATALOG, policy.id)
    restore, _run = restoring.whole(version)
    [item] = items_of(restore)
    created = directory.store.find(CATALOG, item.target_id)
    assert set(created.body["roleScopeTagIds"]) == {"0", *tags[-1:]}
    assert item.state == "verified"


class TestOfOtherTypes:
    """Cases of types that the other tests do without."""

    @pytest.fixture
    def plan(self):
        return Plan(policies=5, seed=7, kinds=("endpointSecurityIntent", "settingsCatalog", "powershellScript"))

    def test_what_microsoft_has_moved_is_not_created_beside_it(self, captured, directory, simulator, restoring, mona):
        """IntuneCD #208: the intent is gone, and a settings catalog policy has its name."""
        intent, successor = entity_of(directory, INTENTS), entity_of(directory, CATALOG)
        version = version_of(intent.id)
        directory.store.remove(INTENTS, intent.id)
        [item] = items_of(restoring.preview(restoring.draft(version)))
        assert item.blockers[0]["code"] == "preview_only", "nothing has its name"
        edit(directory, CATALOG, successor.id, name=f" {intent.body['displayName'].upper()} ")
        simulator.log.clear()
        restore = restoring.preview(restoring.draft(version))
        [item] = items_of(restore)
        assert (restore.state, item.action, item.blockers[0]["code"]) == ("blocked", "block", "moved")
        edit_items(restore, {item.pk: ItemEdit(Choice.CREATE)}, actor=mona, now=restoring.now)
        [item] = items_of(restoring.preview(restoring.fresh(restore)))
        assert (item.action, item.blockers[0]["code"]) == ("block", "preview_only")
        assert writes_of(simulator) == []

    @pytest.mark.parametrize("is_deleted", [False, True], ids=["changed", "deleted"])
    def test_the_bytes_of_a_script_are_not_touched(self, sync, capture, directory, simulator, restoring, is_deleted):
        """IntuneManagement #380: a BOM, both kinds of line ends, no last one."""
        script = entity_of(directory, SCRIPTS)
        written = b"\xef\xbb\xbfWrite-Output 1\r\n<enabled/>\n<data/>\r\nexit 0"
        edit(directory, SCRIPTS, script.id, scriptContent=base64.b64encode(written).decode())
        capture()
        version = version_of(script.id)
        if is_deleted:
            delete(simulator, directory, SCRIPTS, script.id)
        else:
            edit(directory, SCRIPTS, script.id, scriptContent=base64.b64encode(written.replace(b"\r", b"")).decode())
        restore, _run = restoring.whole(version)
        [item] = items_of(restore)
        assert item.state == "verified", (item.reason_code, item.left_paths)
        live = directory.store.find(SCRIPTS, item.effective_target)
        assert base64.b64decode(live.body["scriptContent"]) == written


CONFIGURATIONS = "deviceManagement/deviceConfigurations"
TEXTS = ("<enabled/>\n<data/>", "<enabled/>\r\n<data/>", "\ufeff<enabled/>", "no last line end")


def test_texts_of_oma_settings_come_back_to_the_byte(directory, sync, capture, simulator, restoring):
    """IntuneManagement #380: what Graph sends in plain is captured and restored as it was."""
    settings = [
        {
            "@odata.type": "#microsoft.graph.omaSettingString",
            "displayName": f"Text {number}",
            "omaUri": f"./Vendor/MSFT/{number}",
            "isEncrypted": False,
            "value": text,
        }
        for number, text in enumerate(TEXTS)
    ]
    profile = entity_of(directory, CONFIGURATIONS)
    custom = {"@odata.type": "#microsoft.graph.windows10CustomConfiguration", "omaSettings": settings}
    common = (
        "id",
        "displayName",
        "description",
        "roleScopeTagIds",
        "createdDateTime",
        "lastModifiedDateTime",
        "version",
    )
    profile.body = custom | {name: value for name, value in profile.body.items() if name in common}
    directory.store.put(CONFIGURATIONS, profile)
    sync()
    capture()
    version = version_of(profile.id)
    assert version.restorable == "yes"
    delete(simulator, directory, CONFIGURATIONS, profile.id)
    restore, run = restoring.whole(version)
    [item] = items_of(restore)
    assert (run.outcome, item.state) == ("succeeded", "verified"), item.left_paths
    created = directory.store.find(CONFIGURATIONS, item.target_id)
    assert sorted(created.secrets.values()) == sorted(TEXTS)
