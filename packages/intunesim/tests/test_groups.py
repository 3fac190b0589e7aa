"""Groups: members, names behind ids, and what cannot be changed."""

import pytest
from intunesim import Plan, generate

GROUPS = "/v1.0/groups"
GROUP = {"mailEnabled": False, "mailNickname": "g", "securityEnabled": True}


@pytest.fixture
def filled(contoso, clock):
    return generate(contoso, Plan(policies=0, groups=30), now=clock.now())


@pytest.fixture
def people(filled):
    return [entity.id for entity in filled.store.entities("users")]


def _member(identifier: str) -> dict:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{identifier}"}


def test_names_behind_up_to_a_thousand_ids_are_asked_for_at_once(graph, filled, people):
    group = filled.store.entities("groups")[0]
    asked = {"ids": [group.id, people[0], "11111111-2222-3333-4444-555555555555"], "types": ["group", "user"]}
    for path in ("/v1.0/directoryObjects/getByIds", "/v1.0/groups/getByIds"):
        found = graph.post(path, json=asked).json()["value"]
        assert {(each["id"], each["@odata.type"]) for each in found} == {
            (group.id, "#microsoft.graph.group"),
            (people[0], "#microsoft.graph.user"),
        }
    assert graph.post("/v1.0/directoryObjects/getByIds", json={"ids": ["x"] * 1001}).status_code == 400


def test_members_are_added_listed_and_removed(graph, people):
    group = graph.made(GROUPS, {**GROUP, "displayName": "G", "members@odata.bind": [_member(people[0])["@odata.id"]]})[
        "id"
    ]
    assert graph.post(f"{GROUPS}/{group}/members/$ref", json=_member(people[1])).status_code == 204
    again = graph.post(f"{GROUPS}/{group}/members/$ref", json=_member(people[1]))
    assert (again.status_code, "already exist" in again.text) == (400, True)
    listed = graph.values(f"{GROUPS}/{group}/members", **{"$select": "id,displayName"})
    assert {each["id"] for each in listed} == set(people[:2])
    assert all(each["@odata.type"] == "#microsoft.graph.user" and each["displayName"] for each in listed)
    assert graph.get(f"{GROUPS}/{group}/members/$count").text == "2"
    assert graph.delete(f"{GROUPS}/{group}/members/{people[1]}/$ref").status_code == 204
    assert graph.delete(f"{GROUPS}/{group}/members/{people[1]}/$ref").status_code == 404


def test_members_of_members_are_members_too(graph, people):
    inner = graph.made(
        GROUPS, {**GROUP, "displayName": "Inner", "members@odata.bind": [_member(people[0])["@odata.id"]]}
    )["id"]
    outer = graph.made(GROUPS, {**GROUP, "displayName": "Outer"})["id"]
    graph.patch(f"{GROUPS}/{outer}", json={"members@odata.bind": [_member(inner)["@odata.id"]]})
    assert {each["id"] for each in graph.values(f"{GROUPS}/{outer}/transitiveMembers")} == {inner, people[0]}
    assert [each["id"] for each in graph.values(f"{GROUPS}/{inner}/memberOf")] == [outer]


def test_the_members_of_a_dynamic_group_follow_from_its_rule(graph, filled, people):
    dynamic = next(each for each in filled.store.entities("groups") if each.body["groupTypes"])
    assert graph.post(f"{GROUPS}/{dynamic.id}/members/$ref", json=_member(people[0])).status_code == 403


def test_a_dynamic_group_is_made_and_renamed_like_any_other(graph):
    rule = {"groupTypes": ["DynamicMembership"], "membershipRule": '(device.deviceOSType -eq "Windows")'}
    made = graph.made(GROUPS, {**GROUP, "displayName": "Dynamic", **rule, "membershipRuleProcessingState": "On"})
    assert graph.patch(f"{GROUPS}/{made['id']}", json={"displayName": "Renamed"}).status_code == 204
    assert graph.get(f"{GROUPS}/{made['id']}").json()["membershipRule"] == rule["membershipRule"]


def test_a_group_from_an_on_premises_directory_is_read_only(graph, filled):
    synced = next(each for each in filled.store.entities("groups") if each.body["onPremisesSyncEnabled"])
    assert graph.patch(f"{GROUPS}/{synced.id}", json={"displayName": "Mine"}).status_code == 400


def test_groups_are_found_by_name_type_and_search(graph, filled):
    name = filled.store.entities("groups")[3].body["displayName"]
    assert [each["displayName"] for each in graph.values(GROUPS, **{"$filter": f"displayName eq '{name}'"})] == [name]
    dynamic = graph.values(GROUPS, **{"$filter": "groupTypes/any(c:c eq 'DynamicMembership')"})
    assert dynamic
    assert all(each["membershipRule"] for each in dynamic)
    search = {"$search": '"displayName:SG-Intune"'}
    assert "ConsistencyLevel" in graph.get(GROUPS, params=search).json()["error"]["message"]
    assert graph.get(GROUPS, params=search, headers={"ConsistencyLevel": "eventual"}).json()["value"]


def test_one_object_of_the_directory_is_read_by_its_id(graph, people):
    assert graph.get(f"/v1.0/directoryObjects/{people[0]}").json()["@odata.type"] == "#microsoft.graph.user"
    assert graph.get("/v1.0/directoryObjects/11111111-2222-3333-4444-555555555555").status_code == 404


def test_a_member_that_does_not_exist_cannot_be_added(graph, filled):
    group = graph.made(GROUPS, {**GROUP, "displayName": "G"})["id"]
    assert (
        graph.post(f"{GROUPS}/{group}/members/$ref", json=_member("11111111-2222-3333-4444-555555555555")).status_code
        == 404
    )


def test_people_are_found_by_their_principal_name(graph, filled, people):
    person = filled.store.find("users", people[0]).body
    assert graph.get(f"/v1.0/users/{person['userPrincipalName']}").json()["id"] == people[0]
