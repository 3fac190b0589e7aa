"""S17: Entra keeps what was deleted, Intune does not."""

import pytest

ACCESS = "/v1.0/identity/conditionalAccess"
LOCATION = {"@odata.type": "#microsoft.graph.countryNamedLocation", "displayName": "DE", "countriesAndRegions": ["DE"]}
CONDITIONS = {
    "users": {"includeUsers": ["All"]},
    "applications": {"includeApplications": ["All"]},
    "clientAppTypes": ["all"],
}
POLICY = {
    "displayName": "CA",
    "state": "disabled",
    "conditions": CONDITIONS,
    "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
}


def _without(body, name):
    return {each: value for each, value in body.items() if each != name}


CASES = pytest.mark.parametrize(("kind", "body"), [("policies", POLICY), ("namedLocations", LOCATION)])


@CASES
def test_s17_a_deleted_object_is_kept_and_comes_back_under_its_id(graph, kind, body):
    made = graph.made(f"{ACCESS}/{kind}", body)
    assert graph.delete(f"{ACCESS}/{kind}/{made['id']}").status_code == 204
    assert graph.get(f"{ACCESS}/{kind}/{made['id']}").status_code == 404
    kept = graph.values(f"{ACCESS}/deletedItems/{kind}")[0]
    assert (kept["id"], bool(kept["deletedDateTime"])) == (made["id"], True)
    assert graph.get(f"{ACCESS}/deletedItems/{kind}/{made['id']}").status_code == 200
    assert graph.post(f"{ACCESS}/deletedItems/{kind}/{made['id']}/restore").status_code == 200
    back = graph.get(f"{ACCESS}/{kind}/{made['id']}").json()
    assert {name: back[name] for name in body if name != "grantControls"} == _without(body, "grantControls")
    assert body.get("grantControls", {}).items() <= (back.get("grantControls") or {}).items()
    assert graph.values(f"{ACCESS}/deletedItems/{kind}") == []


@CASES
def test_s17_what_is_deleted_from_the_deleted_items_is_gone(graph, kind, body):
    made = graph.made(f"{ACCESS}/{kind}", body)
    graph.delete(f"{ACCESS}/{kind}/{made['id']}")
    assert graph.delete(f"{ACCESS}/deletedItems/{kind}/{made['id']}").status_code == 204
    assert graph.post(f"{ACCESS}/deletedItems/{kind}/{made['id']}/restore").status_code == 404


def test_s17_a_trusted_location_cannot_be_deleted(graph):
    trusted = {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "displayName": "HQ",
        "isTrusted": True,
        "ipRanges": [],
    }
    made = graph.made(f"{ACCESS}/namedLocations", trusted)
    assert graph.delete(f"{ACCESS}/namedLocations/{made['id']}").status_code == 400


def test_s17_microsoft_365_groups_are_kept_and_security_groups_are_not(graph):
    body = {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    security = graph.made("/v1.0/groups", body)["id"]
    unified = graph.made("/v1.0/groups", {**body, "groupTypes": ["Unified"], "mailEnabled": True})["id"]
    for group in (security, unified):
        graph.delete(f"/v1.0/groups/{group}")
    kept = graph.values("/v1.0/directory/deletedItems/microsoft.graph.group")
    assert [each["id"] for each in kept] == [unified]
    assert graph.post(f"/v1.0/directory/deletedItems/{unified}/restore").status_code == 200
    assert graph.get(f"/v1.0/groups/{unified}").status_code == 200


def test_s17_intune_keeps_nothing(graph):
    path = "/beta/deviceManagement/deviceConfigurations"
    made = graph.made(path, {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "P"})
    graph.delete(f"{path}/{made['id']}")
    assert graph.get(f"{path}/{made['id']}").status_code == 404
    assert graph.get(f"/beta/deviceManagement/deletedItems/deviceConfigurations/{made['id']}").status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("users.includeGroups", ["11111111-2222-3333-4444-555555555555"]),
        ("users.excludeUsers", ["11111111-2222-3333-4444-555555555555"]),
        ("locations.includeLocations", ["11111111-2222-3333-4444-555555555555"]),
    ],
)
def test_a_policy_that_names_what_does_not_exist_is_refused_unless_the_tenant_does_not_look(graph, contoso, path, body):
    section, name = path.split(".")
    conditions = {**CONDITIONS, section: {**CONDITIONS.get(section, {}), name: body}}
    answer = graph.post(f"{ACCESS}/policies", json={**POLICY, "conditions": conditions})
    assert answer.status_code == 400
    assert "malformed or incorrect" in answer.json()["error"]["message"]
    contoso.habits.check_references = False
    assert graph.post(f"{ACCESS}/policies", json={**POLICY, "conditions": conditions}).status_code == 201
