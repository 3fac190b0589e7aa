"""S10, S12, S18: what a write must say, and what it must not; ids, names and templates."""

import pytest

CONFIGURATIONS = "/beta/deviceManagement/deviceConfigurations"
COMPLIANCE = "/beta/deviceManagement/deviceCompliancePolicies"
POLICIES = "/beta/deviceManagement/configurationPolicies"
IOS = "#microsoft.graph.iosGeneralDeviceConfiguration"
BLOCK = [{"ruleName": "x", "scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 0}]}]
CHOICE = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
    "settingDefinitionId": "a",
}
POLICY = {"name": "P", "platforms": "windows10", "technologies": "mdm", "settings": [{"settingInstance": CHOICE}]}


def _message(answer) -> str:
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"displayName": "P"}, "Cannot create an abstract class."),
        (
            {"@odata.type": "#microsoft.graph.deviceConfiguration", "displayName": "P"},
            "Cannot create an abstract class.",
        ),
        ({"@odata.type": "#microsoft.graph.nonsense", "displayName": "P"}, "could not be resolved by the model"),
        (
            {"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "P"},
            "not assignable to the expected type",
        ),
        ({"@odata.type": IOS}, "displayName is required."),
        ({"@odata.type": IOS, "displayName": ""}, "displayName is required."),
        (
            {"@odata.type": IOS, "displayName": "P", "supportsScopeTags": True},
            "The property 'supportsScopeTags' is read-only",
        ),
        ({"@odata.type": IOS, "displayName": "P", "passcodeMinimumLength": "six"}, "expected type 'Edm.Int32'"),
        ({"@odata.type": IOS, "displayName": "P", "cameraBlocked": "yes"}, "expected type 'Edm.Boolean'"),
        (
            {"@odata.type": IOS, "displayName": "P", "passcodeRequiredType": "nonsense"},
            "Requested value 'nonsense' was not found",
        ),
        ({"@odata.type": IOS, "displayName": "P", "roleScopeTagIds": "0"}, "A 'StartArray' node was expected"),
        ({"@odata.type": IOS, "displayName": "P", "appsVisibilityList": [1]}, "A 'StartObject' node was expected"),
        (
            {
                "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
                "displayName": "P",
                "omaSettings": [{"omaUri": "./x"}],
            },
            "needs an '@odata.type'",
        ),
    ],
)
def test_s10_a_profile_that_breaks_a_rule_is_refused_with_the_reason(graph, body, words):
    assert words in _message(graph.post(CONFIGURATIONS, json=body))
    assert graph.values(CONFIGURATIONS) == []


def test_s10_a_compliance_policy_needs_its_scheduled_actions_on_create_and_not_on_update(graph):
    body = {"@odata.type": "#microsoft.graph.iosCompliancePolicy", "displayName": "C"}
    assert "scheduledActionsForRule is required" in _message(graph.post(COMPLIANCE, json=body))
    made = graph.made(COMPLIANCE, {**body, "scheduledActionsForRule": BLOCK})
    again = {**body, "scheduledActionsForRule": BLOCK}
    assert "scheduledActionsForRule" in _message(graph.patch(f"{COMPLIANCE}/{made['id']}", json=again))
    assert graph.patch(f"{COMPLIANCE}/{made['id']}", json={**body, "displayName": "D"}).status_code == 204
    rules = {"deviceComplianceScheduledActionForRules": [{"ruleName": "y", "scheduledActionConfigurations": []}]}
    assert graph.post(f"{COMPLIANCE}/{made['id']}/scheduleActionsForRules", json=rules).status_code == 200
    assert graph.values(f"{COMPLIANCE}/{made['id']}/scheduledActionsForRule")[0]["ruleName"] == "y"


def test_s10_a_patch_needs_the_type_too_and_cannot_change_it(graph):
    made = graph.made(CONFIGURATIONS, {"@odata.type": IOS, "displayName": "P"})
    address = f"{CONFIGURATIONS}/{made['id']}"
    assert "abstract" in _message(graph.patch(address, json={"displayName": "Q"}))
    other = {"@odata.type": "#microsoft.graph.macOSGeneralDeviceConfiguration", "displayName": "Q"}
    assert "cannot be changed" in _message(graph.patch(address, json=other))
    assert graph.patch(address, json={"@odata.type": IOS, "displayName": "Q"}).status_code == 204
    assert (graph.get(address).json()["displayName"], graph.get(address).json()["version"]) == ("Q", 2)


def test_s10_what_the_service_decides_is_not_taken_from_the_client(graph, clock):
    mine = "aaaaaaaa-0000-0000-0000-000000000000"
    body = {"@odata.type": IOS, "displayName": "P", "id": mine, "createdDateTime": "2001-01-01T00:00:00Z", "version": 9}
    made = graph.made(CONFIGURATIONS, body)
    assert made["id"] != mine
    assert made["createdDateTime"].startswith(clock.now().strftime("%Y-%m-%d"))
    assert (made["version"], made["roleScopeTagIds"]) == (1, ["0"])


def test_s10_a_patch_moves_the_time_of_the_last_change_and_nothing_else(graph, clock):
    made = graph.made(CONFIGURATIONS, {"@odata.type": IOS, "displayName": "P", "cameraBlocked": True})
    clock.advance(60)
    graph.patch(f"{CONFIGURATIONS}/{made['id']}", json={"@odata.type": IOS, "description": "D"})
    after = graph.get(f"{CONFIGURATIONS}/{made['id']}").json()
    changed = {name for name in made if made[name] != after.get(name)} - {"@odata.context"}
    assert changed == {"description", "lastModifiedDateTime", "version"}


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        (
            "deviceCustomAttributeShellScripts",
            {
                "displayName": "A",
                "customAttributeName": "A",
                "customAttributeType": "string",
                "scriptContent": "eA==",
                "fileName": "a.sh",
            },
            "customAttributeName",
        ),
        ("assignmentFilters", {"displayName": "F", "platform": "iOS", "rule": '(device.model -eq "x")'}, "platform"),
        ("windowsDriverUpdateProfiles", {"displayName": "D", "approvalType": "manual"}, "approvalType"),
    ],
)
def test_s10_what_cannot_be_changed_is_refused_on_patch(graph, path, body, name):
    made = graph.made(f"/beta/deviceManagement/{path}", body)
    answer = graph.patch(f"/beta/deviceManagement/{path}/{made['id']}", json={name: body[name]})
    assert f"The property '{name}' is read-only" in _message(answer)


def test_s10_settings_of_the_catalog_are_replaced_by_put_and_refused_by_patch(graph):
    made = graph.made(POLICIES, POLICY)
    address = f"{POLICIES}/{made['id']}"
    assert "Settings cannot be changed by PATCH" in _message(graph.patch(address, json={"settings": []}))
    two = [{"settingInstance": CHOICE}, {"settingInstance": {**CHOICE, "settingDefinitionId": "b"}}]
    assert graph.put(address, json={**POLICY, "name": "Q", "settings": two}).status_code == 204
    after = graph.get(address, params={"$expand": "settings"}).json()
    assert (after["name"], after["settingCount"], len(after["settings"])) == ("Q", 2, 2)
    assert after["createdDateTime"] == made["createdDateTime"]
    assert graph.patch(address, json={"description": "only the header"}).status_code == 204


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", "application/json"), (b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")],
)
def test_s10_a_body_that_is_no_json_object_is_refused(graph, content, kind):
    answer = graph.post(CONFIGURATIONS, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400


def test_s12_names_may_repeat_and_every_create_has_a_new_id(graph):
    first, second = (graph.made(POLICIES, POLICY) for _ in range(2))
    assert first["id"] != second["id"]
    assert [each["name"] for each in graph.values(POLICIES)] == ["P", "P"]


def test_s12_scope_tags_have_small_numbers_and_names_of_their_own(graph, contoso, clock):
    from intunesim import Plan, generate

    generate(contoso, Plan(policies=0), now=clock.now())
    answer = graph.post("/beta/deviceManagement/roleScopeTags", json={"displayName": "Berlin"})
    assert (answer.status_code, answer.json()["id"]) == (200, "1")


def test_s12_ids_have_the_form_of_their_collection(graph):
    protection = graph.made("/v1.0/deviceAppManagement/iosManagedAppProtections", {"displayName": "M"})
    assert protection["id"].startswith("T_")
    page = {"@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", "displayName": "E"}
    made = graph.made("/beta/deviceManagement/deviceEnrollmentConfigurations", page)
    assert made["id"].endswith("_Windows10EnrollmentCompletionPageConfiguration")


def test_s12_deleting_is_final_and_deleting_again_is_404(graph):
    made = graph.made(POLICIES, POLICY)
    assert graph.delete(f"{POLICIES}/{made['id']}").status_code == 204
    assert graph.get(f"{POLICIES}/{made['id']}").status_code == 404
    assert graph.delete(f"{POLICIES}/{made['id']}").status_code == 404


def test_s18_a_template_that_the_tenant_does_not_have_is_refused_in_the_services_words(graph, contoso):
    contoso.habits.missing_templates = ("66df8dce-0166-4b82-92f7-1f74e3ca17a3_*",)
    reference = {"settingInstanceTemplateId": "1fa97457-2a1f-4e33-b3c2-9a4c8930510d"}
    settings = [{"settingInstance": {**CHOICE, "settingInstanceTemplateReference": reference}}]
    body = {
        **POLICY,
        "settings": settings,
        "templateReference": {"templateId": "66df8dce-0166-4b82-92f7-1f74e3ca17a3_4"},
    }
    message = _message(graph.post(POLICIES, json=body))
    assert (
        "Invalid Reference id found in Policy  created from Template 66df8dce-0166-4b82-92f7-1f74e3ca17a3_4" in message
    )
    assert "1fa97457-2a1f-4e33-b3c2-9a4c8930510d" in message


def test_s18_a_template_that_is_there_is_accepted(graph, contoso):
    contoso.habits.missing_templates = ("*_9",)
    body = {**POLICY, "templateReference": {"templateId": "66df8dce-0166-4b82-92f7-1f74e3ca17a3_4"}}
    assert graph.post(POLICIES, json=body).status_code == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/beta/deviceManagement/auditEvents"),
        ("PUT", "/beta/deviceManagement/deviceCategories/x"),
        ("POST", "/beta/deviceManagement/intents"),
        ("DELETE", "/v1.0/organization/x"),
        ("DELETE", "/beta/deviceManagement/deviceCategories"),
    ],
)
def test_a_verb_that_a_resource_does_not_know_is_405(graph, contoso, clock, method, path):
    from intunesim import Plan, generate

    generate(contoso, Plan(policies=50), now=clock.now())
    path = (
        path.removesuffix("/x") + f"/{graph.values(path.removesuffix('/x'))[0]['id']}" if path.endswith("/x") else path
    )
    assert graph.request(method, path, json={}).status_code in (403, 405)
