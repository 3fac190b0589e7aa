"""Foreign clients know Graph: versions show what they know, queries name what there is, batches take numbers."""

import pytest
from intunesim import Plan, generate
from intunesim.catalog.types import type_table

CONFIGURATIONS = "deviceManagement/deviceConfigurations"
IOS = "#microsoft.graph.iosGeneralDeviceConfiguration"
WINDOWS = "#microsoft.graph.windows10GeneralConfiguration"
POLICIES = "/beta/deviceManagement/configurationPolicies"
APPS = "/beta/deviceAppManagement/mobileApps"
EVENTUAL = {"ConsistencyLevel": "eventual"}


@pytest.fixture
def generated(contoso, clock):
    return generate(contoso, Plan(policies=60, seed=8), now=clock.now())


def test_a_batch_takes_numbers_as_ids_and_answers_texts(graph):
    steps = [
        {"id": 1, "method": "GET", "url": "/deviceManagement/deviceCategories"},
        {"id": 2, "method": "GET", "url": "/organization", "dependsOn": [1]},
    ]
    answer = graph.post("/beta/$batch", json={"requests": steps})
    assert {each["id"]: each["status"] for each in answer.json()["responses"]} == {"1": 200, "2": 200}
    twice = graph.post("/beta/$batch", json={"requests": [steps[0], {**steps[0], "id": "1"}]})
    assert twice.status_code == 400


def test_v1_leaves_out_what_only_beta_knows_at_every_depth(graph):
    conditions = {
        "users": {"includeUsers": ["All"]},
        "applications": {"includeApplications": ["All"]},
        "agentIdRiskLevels": "high",
    }
    body = {"displayName": "CA", "state": "disabled", "conditions": conditions}
    made = graph.made(
        "/beta/identity/conditionalAccess/policies",
        {**body, "grantControls": {"operator": "OR", "builtInControls": ["block"]}},
    )
    address = f"identity/conditionalAccess/policies/{made['id']}"
    assert graph.get(f"/beta/{address}").json()["conditions"]["agentIdRiskLevels"] == "high"
    assert "agentIdRiskLevels" not in graph.get(f"/v1.0/{address}").json()["conditions"]
    refused = graph.patch(f"/v1.0/{address}", json={"conditions": {"agentIdRiskLevels": "low"}})
    assert "The property 'agentIdRiskLevels' does not exist" in refused.json()["error"]["message"]


def test_v1_shows_a_type_of_beta_as_the_one_above_it(graph):
    only_beta = next(
        name
        for name in (
            "windowsHealthMonitoringConfiguration",
            "windowsKioskConfiguration",
            "macOSEndpointProtectionConfiguration",
        )
        if type_table().find(name) and not type_table().find(name).in_v1
    )
    made = graph.made(f"/beta/{CONFIGURATIONS}", {"@odata.type": f"#microsoft.graph.{only_beta}", "displayName": "P"})
    shown = graph.get(f"/v1.0/{CONFIGURATIONS}/{made['id']}").json()
    assert (shown["@odata.type"], shown["displayName"]) == ("#microsoft.graph.deviceConfiguration", "P")
    assert "roleScopeTagIds" not in shown


def test_every_declared_property_comes_with_its_default(graph):
    made = graph.made(f"/beta/{CONFIGURATIONS}", {"@odata.type": WINDOWS, "displayName": "P"})
    declared = type_table().find("windows10GeneralConfiguration")
    structural = {name for name in declared.properties if not declared.is_navigation(name)}
    assert len(structural) > 290
    assert structural <= set(made)
    assert (made["cortanaBlocked"], made["edgeSearchEngine"]) == (False, None)


def test_an_expanded_part_says_where_it_stands(graph, generated):
    listed = graph.get(f"/beta/{CONFIGURATIONS}", params={"$expand": "assignments"}).json()["value"]
    assert listed
    for item in listed:
        context = item["assignments@odata.context"]
        assert context.endswith(f"/beta/$metadata#{CONFIGURATIONS}('{item['id']}')/assignments")


@pytest.mark.parametrize(
    "params",
    [
        {"$select": "displayName,nonsense"},
        {"$orderby": "nonsense desc"},
        {"$filter": "nonsense eq 'x'"},
        {"$filter": "microsoft.graph.iosGeneralDeviceConfiguration/nonsense eq 'x'"},
        {"$select": "omaSettings"},
    ],
)
def test_a_property_that_is_none_is_refused_by_name(graph, generated, params):
    answer = graph.get(f"/beta/{CONFIGURATIONS}", params=params)
    assert answer.status_code == 400
    assert "Could not find a property named" in answer.json()["error"]["message"]


def test_names_in_queries_are_known_in_any_spelling_of_case(graph, generated):
    listed = graph.values(POLICIES, **{"$select": "NAME", "$filter": "Platforms eq 'windows10'", "$orderby": "Name"})
    assert listed
    assert [set(each) for each in listed] == [{"id", "name"}] * len(listed)
    assert "name" in graph.get(f"{POLICIES}??$top=1").json()["value"][0]


@pytest.mark.parametrize(
    "text",
    [
        "(microsoft.graph.managedApp/appAvailability) eq null or isAssigned eq true",
        "publishingState eq microsoft.graph.mobileAppPublishingState'published'",
        "not (isof('microsoft.graph.win32LobApp')) and (isAssigned eq true or isAssigned eq false)",
    ],
)
def test_filters_as_tools_write_them_are_understood(graph, generated, text):
    assert graph.get(APPS, params={"$filter": text}).status_code == 200


def test_flags_are_filtered_by_has(graph, generated):
    policies = generated.store.entities("deviceManagement/configurationPolicies")
    expected = {each.id for each in policies if "microsoftSense" in each.body["technologies"].split(",")}
    listed = graph.values(POLICIES, **{"$filter": "technologies has 'microsoftSense'"})
    assert {each["id"] for each in listed} == expected


@pytest.mark.parametrize(
    "params",
    [
        {"$filter": "displayName ne 'x'"},
        {"$filter": "endswith(mail,'x')"},
        {"$filter": "startswith(displayName,'S')", "$orderby": "displayName"},
        {"$filter": "contains(displayName,'S')"},
        {"$search": "S"},
        {"$skip": "1"},
    ],
)
def test_the_directory_refuses_advanced_queries_without_its_header(graph, generated, params):
    assert graph.get("/v1.0/groups", params=params).status_code == 400
    if not {"$skip", "$search"} & set(params) and "contains" not in params["$filter"]:
        accepted = graph.get("/v1.0/groups", params={**params, "$count": "true"}, headers=EVENTUAL)
        assert accepted.status_code == 200, accepted.text


def test_the_directory_counts_only_for_those_who_accept_a_lag_and_knows_its_ids(graph, generated):
    assert graph.get("/v1.0/groups/$count").status_code == 400
    assert graph.get("/v1.0/groups/$count", headers=EVENTUAL).text.isdigit()
    answer = graph.get("/v1.0/groups/abc")
    assert answer.status_code == 400
    assert "Invalid object identifier 'abc'." in answer.json()["error"]["message"]


def test_answers_come_without_remarks_for_those_who_want_none(graph, generated):
    accept = {"Accept": "application/json;odata.metadata=none"}
    answer = graph.get(POLICIES, params={"$expand": "assignments", "$top": 2}, headers=accept).json()
    assert set(answer) - {"@microsoft.graph.tips"} == {"@odata.nextLink", "value"}
    assert not [name for item in answer["value"] for name in item if "@odata" in name]


def test_an_unknown_version_and_a_body_too_large_are_refused(graph):
    answer = graph.get("/v2.0/groups")
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "Invalid version.")
    large = graph.post(POLICIES, content=b" " * (29 * 1024 * 1024), headers={"Content-Type": "application/json"})
    assert large.status_code == 413


def test_a_client_chooses_its_page_size_by_preference(graph, generated):
    answer = graph.get(POLICIES, headers={"Prefer": "odata.maxpagesize=2"})
    assert len(answer.json()["value"]) == 2


def test_every_setting_in_use_has_a_definition(graph, generated):
    settings = graph.values(f"{POLICIES}/{graph.values(POLICIES)[0]['id']}/settings")
    definition = settings[0]["settingInstance"]["settingDefinitionId"]
    shown = graph.get(f"/beta/deviceManagement/configurationSettings/{definition}")
    assert (shown.status_code, shown.json()["id"]) == (200, definition)


def test_what_a_client_asked_for_in_vain_is_in_the_log(graph, simulator):
    seen = []
    simulator.log.watch(seen.append)
    graph.get("/beta/deviceManagement/reports")
    graph.get("/beta/deviceManagement/deviceCategories", params={"$apply": "x"})
    graph.get("/v1.0/groups", params={"$select": "nonsense"})
    graph.get("/v1.0/organization", headers={"Accept": "application/json;odata.metadata=full"})
    lines = simulator.log.unknown()
    assert lines == [
        "GET /beta/deviceManagement/deviceCategories: unknown option $apply",
        "GET /beta/deviceManagement/reports: unknown path",
        "GET /v1.0/groups: unknown property nonsense",
        "GET /v1.0/organization: unknown header Accept: odata.metadata=full",
    ]
    assert graph.get("/_sim/unknown").json() == lines
    assert len(seen) == 4
