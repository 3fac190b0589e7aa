"""S11: assign replaces everything, and checks what it is given."""

import pytest
from intunesim.catalog import COLLECTIONS, all_collections

POLICIES = "/beta/deviceManagement/configurationPolicies"
GROUP = "#microsoft.graph.groupAssignmentTarget"
CHOICE = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
    "settingDefinitionId": "a",
}


@pytest.fixture
def groups(graph):
    body = {"mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    return [graph.made("/v1.0/groups", {**body, "displayName": name})["id"] for name in "ABC"]


@pytest.fixture
def policy(graph):
    body = {"name": "P", "platforms": "windows10", "technologies": "mdm", "settings": [{"settingInstance": CHOICE}]}
    return f"{POLICIES}/{graph.made(POLICIES, body)['id']}"


def _to(*group_ids, **more):
    return {"assignments": [{"target": {"@odata.type": GROUP, "groupId": each, **more}} for each in group_ids]}


def _assigned(graph, policy):
    return [each["target"]["groupId"] for each in graph.values(f"{policy}/assignments")]


def test_s11_assign_replaces_what_was_assigned_before(graph, policy, groups):
    first = graph.post(f"{policy}/assign", json=_to(groups[0], groups[1]))
    assert (first.status_code, len(first.json()["value"])) == (200, 2)
    graph.post(f"{policy}/assign", json=_to(groups[2]))
    assert _assigned(graph, policy) == [groups[2]]
    assert graph.get(policy).json()["isAssigned"] is True
    graph.post(f"{policy}/assign", json={"assignments": []})
    assert (_assigned(graph, policy), graph.get(policy).json()["isAssigned"]) == ([], False)


def test_s11_the_wrong_body_key_is_refused_and_changes_nothing(graph, policy, groups):
    graph.post(f"{policy}/assign", json=_to(groups[0]))
    answer = graph.post(f"{policy}/assign", json={"deviceManagementScriptAssignments": []})
    assert answer.status_code == 400
    assert "'assignments'" in answer.json()["error"]["message"]
    assert _assigned(graph, policy) == [groups[0]]


def test_s11_a_missing_group_a_wrong_filter_and_a_wrong_target_are_refused(graph, policy, groups):
    nowhere = "11111111-2222-3333-4444-555555555555"
    missing = graph.post(f"{policy}/assign", json=_to(nowhere))
    assert (missing.status_code, nowhere in missing.text) == (400, True)
    wrong = _to(
        groups[0],
        deviceAndAppManagementAssignmentFilterId=nowhere,
        deviceAndAppManagementAssignmentFilterType="include",
    )
    refused = graph.post(f"{policy}/assign", json=wrong)
    assert (refused.status_code, "Scope Tags validation failed : Filters" in refused.text) == (400, True)
    untyped = graph.post(f"{policy}/assign", json={"assignments": [{"target": {"groupId": groups[0]}}]})
    assert untyped.status_code == 400


def test_s11_a_filter_that_exists_is_kept_in_the_target(graph, policy, groups):
    chosen = graph.made(
        "/beta/deviceManagement/assignmentFilters", {"displayName": "F", "platform": "iOS", "rule": "(x)"}
    )
    more = {
        "deviceAndAppManagementAssignmentFilterId": chosen["id"],
        "deviceAndAppManagementAssignmentFilterType": "exclude",
    }
    graph.post(f"{policy}/assign", json=_to(groups[0], **more))
    target = graph.values(f"{policy}/assignments")[0]["target"]
    assert {name: target[name] for name in more} == more


def test_s11_the_same_group_twice_is_refused(graph, policy, groups):
    assert graph.post(f"{policy}/assign", json=_to(groups[0], groups[0])).status_code == 400


def test_s11_assignments_come_in_pages_of_25(graph, policy):
    body = {"mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    many = [graph.made("/v1.0/groups", {**body, "displayName": f"G{n}"})["id"] for n in range(30)]
    graph.post(f"{policy}/assign", json=_to(*many))
    assert len(graph.get(f"{policy}/assignments").json()["value"]) == 25
    assert len(graph.values(f"{policy}/assignments")) == 30


EIGHT_BODY_KEYS = {
    "deviceManagement/configurationPolicies": ("assignments", 200),
    "deviceManagement/deviceConfigurations": ("assignments", 200),
    "deviceManagement/deviceManagementScripts": ("deviceManagementScriptAssignments", 200),
    "deviceManagement/deviceShellScripts": ("deviceManagementScriptAssignments", 200),
    "deviceManagement/deviceHealthScripts": ("deviceHealthScriptAssignments", 200),
    "deviceManagement/deviceEnrollmentConfigurations": ("enrollmentConfigurationAssignments", 200),
    "deviceAppManagement/mobileApps": ("mobileAppAssignments", 200),
    "deviceManagement/intents": ("assignments", 204),
    "deviceAppManagement/iosManagedAppProtections": ("assignments", 204),
    "deviceManagement/virtualEndpoint/provisioningPolicies": ("assignments", 204),
}


@pytest.mark.parametrize("path", EIGHT_BODY_KEYS)
def test_s11_each_collection_has_its_body_key_and_its_status(path):
    rule = COLLECTIONS[path].assign
    assert rule is not None
    assert (rule.body_key, rule.status) == EIGHT_BODY_KEYS[path]


@pytest.fixture
def generated(contoso, clock):
    from intunesim import Plan, generate

    return generate(contoso, Plan(policies=80, seed=2), now=clock.now())


ASSIGNABLE = [each for each in all_collections() if each.assign]


@pytest.mark.parametrize("collection", ASSIGNABLE, ids=[each.key for each in ASSIGNABLE])
def test_s11_every_assign_action_takes_its_own_body_over_http(graph, generated, collection):
    version = sorted(collection.versions)[0]
    objects = graph.values(f"/{version}/{collection.path}")
    objects = objects or [graph.made(f"/{version}/{collection.path}", {"displayName": "Made for this"})]
    chosen = next((each for each in objects if not each.get("isBuiltIn")), objects[0])
    group = graph.values("/v1.0/groups")[0]["id"]
    kind = "cloudPcManagementGroupAssignmentTarget" if "virtualEndpoint" in collection.path else "groupAssignmentTarget"
    item = {"target": {"@odata.type": f"#microsoft.graph.{kind}", "groupId": group}, "intent": "required"}
    address = f"/{version}/{collection.path}/{chosen['id']}"
    answer = graph.post(f"{address}/assign", json={collection.assign.body_key: [item]})
    assert answer.status_code == collection.assign.status, answer.text
    assert [each["target"]["groupId"] for each in graph.values(f"{address}/assignments")] == [group]
    assert graph.post(f"{address}/assign", json={"wrongKey": [item]}).status_code == 400


@pytest.mark.parametrize("target", ["allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget"])
def test_s11_app_protection_cannot_be_assigned_to_everyone(graph, target):
    path = "/v1.0/deviceAppManagement/iosManagedAppProtections"
    made = graph.made(path, {"displayName": "M"})
    body = {"assignments": [{"target": {"@odata.type": f"#microsoft.graph.{target}"}}]}
    assert graph.post(f"{path}/{made['id']}/assign", json=body).status_code == 400


def test_s11_an_app_assignment_needs_an_intent(graph, groups):
    path = "/beta/deviceAppManagement/mobileApps"
    made = graph.made(
        path, {"@odata.type": "#microsoft.graph.webApp", "displayName": "W", "appUrl": "https://x.example"}
    )
    item = {"target": {"@odata.type": GROUP, "groupId": groups[0]}}
    assert graph.post(f"{path}/{made['id']}/assign", json={"mobileAppAssignments": [item]}).status_code == 400


def test_s11_autopilot_and_terms_are_assigned_one_by_one(graph, groups):
    path = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles"
    kind = "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile"
    made = graph.made(path, {"@odata.type": kind, "displayName": "A"})
    added = graph.post(
        f"{path}/{made['id']}/assignments", json={"target": {"@odata.type": GROUP, "groupId": groups[0]}}
    )
    assert added.status_code == 201
    assert graph.delete(f"{path}/{made['id']}").status_code == 400
    assert graph.delete(f"{path}/{made['id']}/assignments/{added.json()['id']}").status_code == 204
    assert graph.delete(f"{path}/{made['id']}").status_code == 204


def test_s11_assignments_in_the_body_of_a_create_or_an_update_are_not_taken(graph, groups):
    path = "/beta/deviceManagement/deviceConfigurations"
    body = {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "P", **_to(groups[0])}
    made = graph.made(path, body)
    assert graph.patch(f"{path}/{made['id']}", json=body).status_code == 204
    assert graph.values(f"{path}/{made['id']}/assignments") == []
