"""The actions that build and change policies in their own way."""

import pytest
from intunesim import Plan, generate


@pytest.fixture
def generated(contoso, clock):
    return generate(contoso, Plan(policies=90, seed=7), now=clock.now())


def _first(graph, path):
    return graph.values(path)[0]


def test_values_of_an_administrative_template_are_added_changed_and_deleted_in_one_go(graph, generated):
    path = "/beta/deviceManagement/groupPolicyConfigurations"
    policy = graph.made(path, {"displayName": "ADMX"})["id"]
    definition = _first(graph, "/beta/deviceManagement/groupPolicyDefinitions")
    bind = f"https://graph.microsoft.com/beta/deviceManagement/groupPolicyDefinitions('{definition['id']}')"
    presentation = graph.values(f"/beta/deviceManagement/groupPolicyDefinitions/{definition['id']}/presentations")[0]
    value = {
        "@odata.type": "#microsoft.graph.groupPolicyPresentationValueText",
        "value": "7",
        "presentation@odata.bind": f"{bind}/presentations('{presentation['id']}')",
    }
    added = {
        "added": [{"enabled": True, "definition@odata.bind": bind, "presentationValues": [value]}],
        "updated": [],
        "deletedIds": [],
    }
    address = f"{path}/{policy}/updateDefinitionValues"
    assert graph.post(address, json=added).status_code == 204
    shown = graph.values(f"{path}/{policy}/definitionValues", **{"$expand": "definition,presentationValues"})[0]
    assert (shown["definition"]["displayName"], shown["presentationValues"][0]["value"]) == (
        definition["displayName"],
        "7",
    )
    assert graph.post(address, json={"updated": [{"id": shown["id"], "enabled": False}]}).status_code == 204
    assert _first(graph, f"{path}/{policy}/definitionValues")["enabled"] is False
    assert graph.post(address, json={"deletedIds": [shown["id"]]}).status_code == 204
    assert graph.values(f"{path}/{policy}/definitionValues") == []
    assert graph.post(address, json={"updated": [{"id": "nothing"}]}).status_code == 404
    assert graph.post(address, json={"added": [{"enabled": True}]}).status_code == 400


def test_an_endpoint_security_policy_is_made_out_of_a_template_and_changed_setting_by_setting(graph, generated):
    template = _first(graph, "/beta/deviceManagement/templates")
    delta = [
        {
            "@odata.type": "#microsoft.graph.deviceManagementBooleanSettingInstance",
            "definitionId": "d",
            "valueJson": "true",
        }
    ]
    body = {"displayName": "Made", "settingsDelta": delta}
    made = graph.made(f"/beta/deviceManagement/templates/{template['id']}/createInstance", body)
    address = f"/beta/deviceManagement/intents/{made['id']}"
    assert graph.get(address).json()["templateId"] == template["id"]
    settings = graph.values(f"{address}/settings")
    mine = next(each for each in settings if each["definitionId"] == "d")
    assert len(settings) > 1
    changed = {"settings": [{**mine, "valueJson": "false"}]}
    assert graph.post(f"{address}/updateSettings", json=changed).status_code == 204
    category = _first(graph, f"{address}/categories")
    below = graph.values(f"{address}/categories/{category['id']}/settings")
    assert next(each for each in below if each["definitionId"] == "d")["valueJson"] == "false"
    assert graph.get(f"{address}/getCustomizedSettings()").status_code == 200
    assert graph.post(f"/beta/deviceManagement/templates/{template['id']}/createInstance", json={}).status_code == 400


def test_a_policy_set_is_changed_by_its_update_action(graph, generated):
    path = "/beta/deviceAppManagement/policySets"
    app = _first(graph, "/beta/deviceAppManagement/mobileApps")["id"]
    item = {"@odata.type": "#microsoft.graph.mobileAppPolicySetItem", "payloadId": app, "intent": "required"}
    made = graph.made(path, {"displayName": "Set", "items": []})["id"]
    assert graph.post(f"{path}/{made}/update", json={"addedPolicySetItems": [item]}).status_code == 204
    shown = graph.values(f"{path}/{made}/items")
    assert [each["payloadId"] for each in shown] == [app]
    links = graph.post("/beta/deviceAppManagement/mobileApps/hasPayloadLinks", json={"payloadIds": [app, "x"]}).json()[
        "value"
    ]
    assert [each["hasLink"] for each in links] == [True, False]
    gone = {"deletedPolicySetItems": [shown[0]["id"]], "assignments": []}
    assert graph.post(f"{path}/{made}/update", json=gone).status_code == 204
    assert graph.values(f"{path}/{made}/items") == []


def test_apps_are_named_to_a_protection_policy_by_an_action(graph):
    path = "/v1.0/deviceAppManagement/androidManagedAppProtections"
    made = graph.made(path, {"displayName": "MAM", "pinRequired": True})["id"]
    app = {"mobileAppIdentifier": {"@odata.type": "#microsoft.graph.androidMobileAppIdentifier", "packageId": "com.x"}}
    address = f"/v1.0/deviceAppManagement/managedAppPolicies/{made}/targetApps"
    assert graph.post(address, json={"apps": [app], "appGroupType": "selectedPublicApps"}).status_code == 204
    shown = graph.get(f"{path}/{made}", params={"$expand": "apps"}).json()
    assert (shown["deployedAppCount"], shown["apps"][0]["mobileAppIdentifier"]["packageId"]) == (1, "com.x")
    assert graph.post(address, json={}).status_code == 400
    assert [each["id"] for each in graph.values("/v1.0/deviceAppManagement/managedAppPolicies")] == [made]
    assert graph.values("/v1.0/deviceAppManagement/iosManagedAppProtections") == []


def test_priorities_of_enrollment_configurations_make_room_for_each_other(graph):
    path = "/beta/deviceManagement/deviceEnrollmentConfigurations"
    kind = "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration"
    ids = [graph.made(path, {"@odata.type": kind, "displayName": name})["id"] for name in "ABC"]
    assert [graph.get(f"{path}/{each}").json()["priority"] for each in ids] == [1, 2, 3]
    assert graph.post(f"{path}/{ids[2]}/setPriority", json={"priority": 1}).status_code == 204
    assert [graph.get(f"{path}/{each}").json()["priority"] for each in ids] == [2, 3, 1]
    assert graph.patch(f"{path}/{ids[0]}", json={"@odata.type": kind, "priority": 1}).status_code == 400


def test_the_default_enrollment_rows_can_be_changed_and_not_deleted(graph, generated):
    path = "/beta/deviceManagement/deviceEnrollmentConfigurations"
    default = next(each for each in graph.values(path) if each["priority"] == 0)
    body = {"@odata.type": default["@odata.type"], "description": "Ours"}
    assert graph.patch(f"{path}/{default['id']}", json=body).status_code == 200
    assert graph.delete(f"{path}/{default['id']}").status_code == 400


@pytest.mark.parametrize("path", ["deviceManagement/roleScopeTags", "deviceManagement/intuneBrandingProfiles"])
def test_what_is_built_in_cannot_be_deleted(graph, generated, path):
    built_in = next(
        each for each in graph.values(f"/beta/{path}") if each.get("isBuiltIn") or each.get("isDefaultProfile")
    )
    assert graph.delete(f"/beta/{path}/{built_in['id']}").status_code == 400


def test_combinations_of_a_custom_strength_are_changed_by_an_action(graph, generated):
    path = "/v1.0/identity/conditionalAccess/authenticationStrength/policies"
    made = graph.made(path, {"displayName": "Ours", "allowedCombinations": ["fido2"]})["id"]
    assert graph.patch(f"{path}/{made}", json={"allowedCombinations": ["windowsHelloForBusiness"]}).status_code == 400
    changed = graph.post(
        f"{path}/{made}/updateAllowedCombinations", json={"allowedCombinations": ["windowsHelloForBusiness"]}
    )
    assert changed.json()["previousCombinations"] == ["fido2"]
    assert graph.get(f"{path}/{made}").json()["allowedCombinations"] == ["windowsHelloForBusiness"]
    built_in = next(each for each in graph.values(path) if each["policyType"] == "builtIn")
    assert graph.patch(f"{path}/{built_in['id']}", json={"displayName": "Mine"}).status_code == 400


def test_a_notification_template_gets_its_messages_one_by_one(graph):
    path = "/v1.0/deviceManagement/notificationMessageTemplates"
    made = graph.post(path, json={"displayName": "Warning", "brandingOptions": "includeCompanyLogo"})
    assert made.status_code == 200
    address = f"{path}/{made.json()['id']}"
    body = {"locale": "en-us", "subject": "S", "messageTemplate": "M", "isDefault": True}
    assert graph.post(f"{address}/localizedNotificationMessages", json=body).status_code == 200
    assert graph.post(f"{address}/localizedNotificationMessages", json=body).status_code == 400
    shown = graph.get(address, params={"$expand": "localizedNotificationMessages"}).json()
    assert shown["localizedNotificationMessages"][0]["subject"] == "S"
    assert graph.post(path, json={"displayName": "W", "defaultLocale": "en-us"}).status_code == 400


def test_a_role_assignment_is_bound_to_its_definition(graph, generated):
    role = _first(graph, "/v1.0/deviceManagement/roleDefinitions")["id"]
    bind = f"https://graph.microsoft.com/beta/deviceManagement/roleDefinitions('{role}')"
    path = "/beta/deviceManagement/roleAssignments"
    made = graph.made(path, {"displayName": "A", "members": [], "roleDefinition@odata.bind": bind})["id"]
    assert graph.get(f"{path}/{made}", params={"$expand": "roleDefinition"}).json()["roleDefinition"]["id"] == role
    wrong = {
        "displayName": "A",
        "roleDefinition@odata.bind": bind.replace(role, "11111111-2222-3333-4444-555555555555"),
    }
    assert graph.post(path, json=wrong).status_code == 400


def test_scope_tags_are_asked_for_by_their_ids(graph, generated):
    found = graph.post(
        "/beta/deviceManagement/roleScopeTags/getRoleScopeTagsById", json={"roleScopeTagIds": ["0", "99999"]}
    )
    assert [each["displayName"] for each in found.json()["value"]] == ["Default"]


def test_a_policy_is_copied_without_its_assignments(graph, generated):
    path = "/beta/deviceManagement/configurationPolicies"
    policy = next(each for each in graph.values(path) if each["isAssigned"])
    copied = graph.made(f"{path}/{policy['id']}/createCopy", {"displayName": "Copy"})
    shown = graph.get(f"{path}/{copied['id']}", params={"$expand": "settings,assignments"}).json()
    assert (shown["name"], len(shown["settings"]), shown["assignments"]) == ("Copy", policy["settingCount"], [])


def test_an_unknown_scope_tag_is_accepted(graph):
    body = {
        "@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration",
        "displayName": "P",
        "roleScopeTagIds": ["4711"],
    }
    assert graph.made("/beta/deviceManagement/deviceConfigurations", body)["roleScopeTagIds"] == ["4711"]


def test_apps_are_put_into_categories_one_by_one(graph, generated):
    app = _first(graph, "/beta/deviceAppManagement/mobileApps")["id"]
    category = graph.made("/beta/deviceAppManagement/mobileAppCategories", {"displayName": "New"})["id"]
    address = f"/beta/deviceAppManagement/mobileApps/{app}/categories"
    link = {"@odata.id": f"https://graph.microsoft.com/beta/deviceAppManagement/mobileAppCategories/{category}"}
    assert graph.post(f"{address}/$ref", json=link).status_code == 204
    assert category in {each["id"] for each in graph.values(address)}
    assert graph.delete(f"{address}/{category}/$ref").status_code == 204
    assert category not in {each["id"] for each in graph.values(address)}
    assert graph.delete(f"{address}/{category}/$ref").status_code == 404


def test_the_content_of_uploaded_templates_never_comes_back(graph):
    path = "/beta/deviceManagement/groupPolicyUploadedDefinitionFiles"
    made = graph.made(path, {"fileName": "chrome.admx", "content": "eA==", "defaultLanguageCode": "en-US"})
    assert graph.get(f"{path}/{made['id']}").json()["content"] is None


def test_a_tenant_has_at_most_195_conditional_access_policies(graph, contoso, clock):
    generate(contoso, Plan(policies=195, kinds=("conditionalAccessPolicy",)), now=clock.now())
    conditions = {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}}
    body = {"displayName": "One more", "state": "disabled", "conditions": conditions}
    body["grantControls"] = {"operator": "OR", "builtInControls": ["block"]}
    answer = graph.post("/v1.0/identity/conditionalAccess/policies", json=body)
    assert (answer.status_code, "at most 195" in answer.text) == (400, True)


def test_a_create_says_where_the_new_object_is(graph):
    answer = graph.post("/beta/deviceManagement/deviceCategories", json={"displayName": "Phones"})
    assert graph.get(answer.headers["Location"]).json()["displayName"] == "Phones"
