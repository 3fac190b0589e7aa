"""S3: lists leave out what only a read of the single object shows."""

import base64

import pytest

SCRIPT = base64.b64encode(b"Write-Output 'hello'").decode()
CHOICE = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
    "settingDefinitionId": "a",
}
CASES = [
    (
        "deviceManagement/deviceManagementScripts",
        {"displayName": "S", "fileName": "s.ps1", "scriptContent": SCRIPT},
        ["scriptContent"],
    ),
    (
        "deviceManagement/deviceShellScripts",
        {"displayName": "S", "fileName": "s.sh", "scriptContent": SCRIPT},
        ["scriptContent"],
    ),
    (
        "deviceManagement/deviceHealthScripts",
        {"displayName": "S", "publisher": "P", "detectionScriptContent": SCRIPT, "remediationScriptContent": SCRIPT},
        ["detectionScriptContent", "remediationScriptContent"],
    ),
    (
        "deviceManagement/deviceComplianceScripts",
        {"displayName": "S", "detectionScriptContent": SCRIPT},
        ["detectionScriptContent"],
    ),
    (
        "deviceManagement/reusablePolicySettings",
        {"displayName": "R", "settingDefinitionId": "a", "settingInstance": CHOICE},
        ["settingInstance"],
    ),
]


@pytest.mark.parametrize(("path", "body", "names"), CASES, ids=[case[0].split("/")[1] for case in CASES])
def test_s3_a_list_leaves_out_what_the_single_object_shows(graph, path, body, names):
    made = graph.made(f"/beta/{path}", body)
    listed = graph.values(f"/beta/{path}")[0]
    single = graph.get(f"/beta/{path}/{made['id']}").json()
    assert [listed.get(name) for name in names] == [None] * len(names)
    assert [single[name] for name in names] == [body[name] for name in names]


def test_s3_settings_of_the_catalog_are_shown_only_when_expanded(graph):
    path = "/beta/deviceManagement/configurationPolicies"
    made = graph.made(
        path, {"name": "P", "platforms": "windows10", "technologies": "mdm", "settings": [{"settingInstance": CHOICE}]}
    )
    assert "settings" not in graph.values(path)[0]
    assert "settings" not in graph.get(f"{path}/{made['id']}").json()
    assert graph.get(f"{path}/{made['id']}").json()["settingCount"] == 1
    expanded = graph.get(f"{path}/{made['id']}", params={"$expand": "settings,assignments"}).json()
    assert (expanded["settings"][0]["settingInstance"], expanded["assignments"]) == (CHOICE, [])


def test_s3_values_of_administrative_templates_are_read_one_level_at_a_time(graph, contoso, clock):
    from intunesim import Plan, generate

    generate(contoso, Plan(policies=4, kinds=("administrativeTemplate",)), now=clock.now())
    path = "/beta/deviceManagement/groupPolicyConfigurations"
    policy = graph.values(path)[0]
    assert "definitionValues" not in policy
    values = graph.values(f"{path}/{policy['id']}/definitionValues", **{"$expand": "definition"})
    assert all("displayName" in value["definition"] and "presentationValues" not in value for value in values)
    plain = graph.values(f"{path}/{policy['id']}/definitionValues")
    assert all("definition" not in value for value in plain)
    below = f"{path}/{policy['id']}/definitionValues/{values[0]['id']}/presentationValues"
    assert all("presentation" in each for each in graph.values(below, **{"$expand": "presentation"}))
    assert graph.get(f"{path}/{policy['id']}/definitionValues/{values[0]['id']}/definition").json()["id"]


def test_s3_compliance_actions_are_expanded_two_levels_deep(graph, contoso, clock):
    from intunesim import Plan, generate

    generate(contoso, Plan(policies=2, kinds=("compliancePolicy",)), now=clock.now())
    path = "/v1.0/deviceManagement/deviceCompliancePolicies"
    expand = {"$expand": "assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)"}
    policy = graph.values(path, **expand)[0]
    assert policy["scheduledActionsForRule"][0]["scheduledActionConfigurations"][0]["actionType"] == "block"
    shallow = graph.values(path, **{"$expand": "scheduledActionsForRule"})[0]
    assert "scheduledActionConfigurations" not in shallow["scheduledActionsForRule"][0]


def test_s3_policy_sets_may_not_be_expanded_on_the_list(graph):
    path = "/beta/deviceAppManagement/policySets"
    assert graph.get(path, params={"$expand": "items"}).status_code == 400
    made = graph.made(path, {"displayName": "Set", "items": []})
    assert graph.get(f"{path}/{made['id']}", params={"$expand": "items,assignments"}).json()["items"] == []


def test_s3_expanding_what_does_not_exist_is_refused(graph):
    answer = graph.get("/beta/deviceManagement/configurationPolicies", params={"$expand": "nonsense"})
    assert answer.status_code == 400
    assert "nonsense" in answer.json()["error"]["message"]


def test_s3_select_shows_only_what_was_selected_beside_id_and_type(graph):
    path = "/v1.0/deviceManagement/deviceConfigurations"
    graph.made(path, {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "Phones"})
    shown = graph.values(path, **{"$select": "displayName"})[0]
    assert set(shown) == {"@odata.type", "id", "displayName"}
