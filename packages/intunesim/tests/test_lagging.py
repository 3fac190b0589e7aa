"""S13: reads of groups and named locations may lag behind writes."""

import pytest

GROUPS = "/v1.0/groups"
LOCATIONS = "/v1.0/identity/conditionalAccess/namedLocations"
GROUP = {"displayName": "A", "mailEnabled": False, "mailNickname": "a", "securityEnabled": True}
LOCATION = {"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "A", "countriesAndRegions": ["DE"]}
BLOCK = {"operator": "OR", "builtInControls": ["block"]}
CASES = pytest.mark.parametrize(("path", "body"), [(GROUPS, GROUP), (LOCATIONS, LOCATION)], ids=["groups", "locations"])


@pytest.fixture
def lagging(contoso):
    contoso.habits.lagging_reads = 2


@CASES
def test_s13_what_was_made_is_not_found_for_so_many_reads(graph, lagging, path, body):
    made = graph.made(path, body)
    assert [graph.get(f"{path}/{made['id']}").status_code for _ in range(3)] == [404, 404, 200]


@CASES
def test_s13_a_list_lags_as_well(graph, lagging, path, body):
    graph.made(path, body)
    assert [len(graph.values(path)) for _ in range(3)] == [0, 0, 1]


@CASES
def test_s13_a_change_is_seen_late(graph, contoso, path, body):
    made = graph.made(path, body)
    contoso.habits.lagging_reads = 2
    assert graph.patch(f"{path}/{made['id']}", json={**body, "displayName": "B"}).status_code == 204
    assert [graph.get(f"{path}/{made['id']}").json()["displayName"] for _ in range(3)] == ["A", "A", "B"]


@CASES
def test_s13_what_was_deleted_is_still_there_for_so_many_reads(graph, contoso, path, body):
    made = graph.made(path, body)
    contoso.habits.lagging_reads = 2
    assert graph.delete(f"{path}/{made['id']}").status_code == 204
    assert [graph.get(f"{path}/{made['id']}").status_code for _ in range(3)] == [200, 200, 404]


def test_s13_a_policy_that_names_a_fresh_location_too_early_is_refused(graph, lagging):
    place = graph.made(LOCATIONS, LOCATION)["id"]
    conditions = {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}}
    conditions["locations"] = {"includeLocations": [place], "excludeLocations": []}
    body = {"displayName": "CA", "state": "disabled", "conditions": conditions, "grantControls": BLOCK}
    policies = "/v1.0/identity/conditionalAccess/policies"
    refused = graph.post(policies, json=body)
    assert refused.status_code == 400
    assert "malformed or incorrect" in refused.json()["error"]["message"]
    graph.get(f"{LOCATIONS}/{place}")
    assert graph.post(policies, json=body).status_code == 201


def test_s13_intune_objects_do_not_lag(graph, lagging):
    made = graph.made("/beta/deviceManagement/deviceCategories", {"displayName": "A"})
    assert graph.get(f"/beta/deviceManagement/deviceCategories/{made['id']}").status_code == 200


def test_s13_two_changes_in_a_row_are_both_kept(graph, contoso):
    made = graph.made(GROUPS, GROUP)
    contoso.habits.lagging_reads = 2
    assert graph.patch(f"{GROUPS}/{made['id']}", json={"displayName": "B"}).status_code == 204
    assert graph.patch(f"{GROUPS}/{made['id']}", json={"description": "D"}).status_code == 204
    seen = [graph.get(f"{GROUPS}/{made['id']}").json() for _ in range(3)]
    assert (seen[0]["description"], seen[2]["displayName"], seen[2]["description"]) == (None, "B", "D")
