"""Graph holds writes to rules: Conditional Access, unique names, objects in use, groups, apps, roles."""

import pytest
from intunesim import Plan, generate

ACCESS = "/beta/identity/conditionalAccess"
STRENGTH = "00000000-0000-0000-0000-000000000004"
PEOPLE = {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}}
BLOCK = {"operator": "OR", "builtInControls": ["block"]}
POLICY = {"displayName": "CA", "state": "disabled", "conditions": PEOPLE, "grantControls": BLOCK}
GROUP = {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
SCRIPTS = "/beta/deviceManagement/deviceManagementScripts"
FILTERS = "/beta/deviceManagement/assignmentFilters"
FILTER = {"displayName": "F", "platform": "iOS", "rule": '(device.model -eq "x")'}


@pytest.mark.parametrize(
    "change",
    [
        {"conditions": {}},
        {"conditions": {"applications": PEOPLE["applications"]}},
        {"conditions": {"users": PEOPLE["users"]}},
        {"grantControls": None},
        {"grantControls": {"operator": "OR", "builtInControls": []}},
        {"grantControls": {"builtInControls": ["mfa"]}},
        {"grantControls": {"operator": "OR", "authenticationStrength": {"id": STRENGTH, "displayName": "X"}}},
    ],
)
def test_a_conditional_access_policy_that_says_too_little_or_too_much_is_refused(graph, change):
    answer = graph.post(f"{ACCESS}/policies", json={**POLICY, **change})
    assert answer.status_code == 400
    assert "malformed or incorrect" in answer.json()["error"]["message"]


def test_a_patch_of_conditional_access_keeps_what_it_does_not_name(graph):
    made = graph.made(f"{ACCESS}/policies", POLICY)
    address = f"{ACCESS}/policies/{made['id']}"
    change = {"conditions": {"users": {"excludeUsers": ["GuestsOrExternalUsers"]}}}
    assert graph.patch(address, json=change).status_code == 204
    shown = graph.get(address).json()["conditions"]
    assert shown["users"]["includeUsers"] == ["All"]
    assert shown["users"]["excludeUsers"] == ["GuestsOrExternalUsers"]
    assert shown["applications"]["includeApplications"] == ["All"]
    assert graph.patch(address, json={"grantControls": None}).status_code == 400
    assert graph.get(address).json()["grantControls"]["builtInControls"] == ["block"]


def test_a_policy_shows_its_strength_whole_and_the_strength_its_policies(graph):
    grants = {"operator": "OR", "authenticationStrength": {"id": STRENGTH}}
    made = graph.made(f"{ACCESS}/policies", {**POLICY, "grantControls": grants})
    assert made["grantControls"]["authenticationStrength"]["displayName"] == "Phishing-resistant MFA"
    usage = graph.get(f"/beta/policies/authenticationStrengthPolicies/{STRENGTH}/usage()").json()
    assert [each["id"] for each in usage["mfa"]] == [made["id"]]


def test_a_strength_has_its_key_restrictions_below_it(graph):
    path = f"{ACCESS}/authenticationStrength/policies"
    made = graph.made(path, {"displayName": "Keys", "allowedCombinations": ["fido2"]})
    keys = {"@odata.type": "#microsoft.graph.fido2CombinationConfiguration", "appliesToCombinations": ["fido2"]}
    added = graph.made(f"{path}/{made['id']}/combinationConfigurations", {**keys, "allowedAAGUIDs": ["x"]})
    assert graph.values(f"{path}/{made['id']}/combinationConfigurations")[0]["id"] == added["id"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("deviceManagement/roleScopeTags", {"displayName": "Berlin"}),
        ("deviceManagement/deviceCategories", {"displayName": "Phones"}),
        ("deviceManagement/assignmentFilters", FILTER),
    ],
)
def test_names_that_must_be_unique_are(graph, path, body):
    first = graph.made(f"/beta/{path}", body)
    assert graph.post(f"/beta/{path}", json={**body, "displayName": body["displayName"].upper()}).status_code == 400
    other = graph.made(f"/beta/{path}", {**body, "displayName": "Another"})
    assert graph.patch(f"/beta/{path}/{other['id']}", json={"displayName": body["displayName"]}).status_code == 400
    assert graph.patch(f"/beta/{path}/{first['id']}", json={"displayName": body["displayName"]}).status_code == 200


def test_what_others_refer_to_cannot_be_deleted(graph):
    place = graph.made(
        f"{ACCESS}/namedLocations",
        {"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "DE", "countriesAndRegions": ["DE"]},
    )
    chosen = graph.made(FILTERS, FILTER)
    script = graph.made(SCRIPTS, {"displayName": "S", "scriptContent": "eA==", "fileName": "s.ps1"})
    target = {
        "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget",
        "deviceAndAppManagementAssignmentFilterId": chosen["id"],
        "deviceAndAppManagementAssignmentFilterType": "include",
    }
    assigned = {"deviceManagementScriptAssignments": [{"target": target}]}
    assert graph.post(f"{SCRIPTS}/{script['id']}/assign", json=assigned).status_code == 200
    conditions = {**PEOPLE, "locations": {"includeLocations": [place["id"]]}}
    policy = graph.made(f"{ACCESS}/policies", {**POLICY, "conditions": conditions})
    assert graph.delete(f"{FILTERS}/{chosen['id']}").status_code == 400
    assert graph.delete(f"{ACCESS}/namedLocations/{place['id']}").status_code == 400
    graph.delete(f"{SCRIPTS}/{script['id']}")
    graph.delete(f"{ACCESS}/policies/{policy['id']}")
    assert graph.delete(f"{FILTERS}/{chosen['id']}").status_code == 204
    assert graph.delete(f"{ACCESS}/namedLocations/{place['id']}").status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        {"displayName": "x" * 257},
        {"mailNickname": "with blank"},
        {"securityEnabled": False},
        {"groupTypes": ["DynamicMembership"]},
    ],
)
def test_a_group_that_the_directory_would_not_make_is_refused(graph, change):
    assert graph.post("/v1.0/groups", json={**GROUP, **change}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (FILTERS, {**FILTER, "rule": "(foo eq"}),
        (SCRIPTS, {"displayName": "S", "scriptContent": "no base64!", "fileName": "s.ps1"}),
        (SCRIPTS, {"displayName": "S", "scriptContent": "eHh4" * 100_000, "fileName": "s.ps1"}),
        (
            f"{ACCESS}/namedLocations",
            {
                "@odata.type": "#microsoft.graph.ipNamedLocation",
                "displayName": "N",
                "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "300.1.1.1/8"}],
            },
        ),
    ],
)
def test_contents_that_are_not_what_they_must_be_are_refused(graph, path, body):
    assert graph.post(path, json=body).status_code == 400


def test_an_app_with_content_is_published_when_the_content_is_there(graph):
    path = "/beta/deviceAppManagement/mobileApps"
    app = {"@odata.type": "#microsoft.graph.win32LobApp", "displayName": "A"}
    made = graph.made(path, app)
    assert made["publishingState"] == "notPublished"
    everyone = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}, "intent": "required"}
    body = {"mobileAppAssignments": [everyone]}
    assert graph.post(f"{path}/{made['id']}/assign", json=body).status_code == 400
    graph.patch(f"{path}/{made['id']}", json={**app, "committedContentVersion": "1"})
    assert graph.post(f"{path}/{made['id']}/assign", json=body).status_code == 200


def test_a_role_is_named_by_a_link_and_a_group_target_by_its_group(graph):
    role = {"displayName": "R", "roleDefinition": {"id": "fa1d7878-e8cb-41a1-8254-0142355c9f84"}}
    assert graph.post("/beta/deviceManagement/roleAssignments", json=role).status_code == 400
    script = graph.made(SCRIPTS, {"displayName": "S", "scriptContent": "eA==", "fileName": "s.ps1"})
    target = {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget"}}
    body = {"deviceManagementScriptAssignments": [target]}
    assert graph.post(f"{SCRIPTS}/{script['id']}/assign", json=body).status_code == 400


def test_a_block_action_without_a_template_shows_the_zero_guid(graph):
    rule = {"ruleName": "x", "scheduledActionConfigurations": [{"actionType": "block", "notificationTemplateId": ""}]}
    body = {
        "@odata.type": "#microsoft.graph.iosCompliancePolicy",
        "displayName": "C",
        "scheduledActionsForRule": [rule],
    }
    path = "/beta/deviceManagement/deviceCompliancePolicies"
    made = graph.made(path, body)
    expand = {"$expand": "scheduledActionsForRule($expand=scheduledActionConfigurations)"}
    shown = graph.get(f"{path}/{made['id']}", params=expand).json()
    action = shown["scheduledActionsForRule"][0]["scheduledActionConfigurations"][0]
    assert action["notificationTemplateId"] == "00000000-0000-0000-0000-000000000000"


def test_a_bare_tenant_has_what_microsoft_puts_there_and_keeps_it(graph, contoso, clock):
    rows = {each["id"]: each for each in graph.values("/beta/deviceManagement/deviceEnrollmentConfigurations")}
    assert {each["priority"] for each in rows.values()} == {0}
    assert len(graph.values("/beta/deviceAppManagement/mobileAppCategories")) == 9
    assert len(graph.values(f"{ACCESS}/authenticationStrength/policies")) == 3
    roles = graph.values("/beta/deviceManagement/roleDefinitions")
    assert {each["isBuiltIn"] for each in roles} == {True}
    assert graph.delete(f"/beta/deviceManagement/roleDefinitions/{roles[0]['id']}").status_code == 400
    assert graph.delete(f"/beta/deviceManagement/deviceEnrollmentConfigurations/{next(iter(rows))}").status_code == 400
    generate(contoso, Plan(policies=0), now=clock.now())  # a tenant that holds nothing else counts as empty


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("deviceManagement/configurationPolicies", "settingCount"),
        ("deviceManagement/windowsFeatureUpdateProfiles", "endOfSupportDate"),
    ],
)
def test_what_clients_send_back_from_a_backup_is_taken_on_create(graph, path, name):
    setting = {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": "a",
    }
    bodies = {
        "settingCount": {
            "name": "P",
            "platforms": "windows10",
            "technologies": "mdm",
            "settings": [{"settingInstance": setting}],
            "settingCount": 7,
        },
        "endOfSupportDate": {
            "displayName": "U",
            "featureUpdateVersion": "Windows 11, version 24H2",
            "endOfSupportDate": "2027-10-12T00:00:00Z",
            "deployableContentDisplayName": "Windows 11, version 24H2",
        },
    }
    made = graph.made(f"/beta/{path}", bodies[name])
    assert name != "settingCount" or made["settingCount"] == 1
