"""S14: delta queries on groups."""

import httpx
import pytest
from intunesim import Plan, generate

DELTA = "/v1.0/groups/delta"
GROUPS = "/v1.0/groups"
GROUP = {"mailEnabled": False, "mailNickname": "g", "securityEnabled": True}


def _round(client, link: str = DELTA) -> tuple[list[dict], str]:
    """All items of one round, and the link to the next."""
    found: list[dict] = []
    while True:
        answer = client.get(link)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found += body["value"]
        if "@odata.deltaLink" in body:
            return found, body["@odata.deltaLink"]
        link = body["@odata.nextLink"]


@pytest.fixture
def users(contoso, clock):
    generate(contoso, Plan(policies=0, groups=40), now=clock.now())
    return [entity.id for entity in contoso.store.entities("users")]


def _member(user: str) -> dict:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{user}"}


def test_s14_the_first_round_brings_everything_with_its_members(graph, users, contoso):
    found, _ = _round(graph)
    assert {each["id"] for each in found} == {entity.id for entity in contoso.store.entities("groups")}
    assert any(each.get("members@delta") for each in found)


def test_s14_a_round_without_changes_is_empty(graph, users):
    _, link = _round(graph)
    assert _round(graph, link)[0] == []


def test_s14_the_next_round_brings_what_was_made_changed_and_removed(graph, users):
    old = graph.made(GROUPS, {**GROUP, "displayName": "Old"})["id"]
    gone = graph.made(GROUPS, {**GROUP, "displayName": "Gone"})["id"]
    _, link = _round(graph)
    new = graph.made(GROUPS, {**GROUP, "displayName": "New"})["id"]
    graph.patch(f"{GROUPS}/{old}", json={"displayName": "Renamed"})
    graph.delete(f"{GROUPS}/{gone}")
    found = {each["id"]: each for each in _round(graph, link)[0]}
    assert set(found) == {old, gone, new}
    assert (found[old]["displayName"], found[new]["displayName"]) == ("Renamed", "New")
    assert found[gone]["@removed"] == {"reason": "deleted"}


def test_s14_a_soft_deleted_group_is_changed_and_a_purged_one_deleted(graph, users):
    unified = {**GROUP, "displayName": "Team", "groupTypes": ["Unified"], "mailEnabled": True}
    group = graph.made(GROUPS, unified)["id"]
    _, link = _round(graph)
    graph.delete(f"{GROUPS}/{group}")
    found, link = _round(graph, link)
    assert [each["@removed"]["reason"] for each in found] == ["changed"]
    assert graph.delete(f"/v1.0/directory/deletedItems/{group}").status_code == 204
    assert [each["@removed"]["reason"] for each in _round(graph, link)[0]] == ["deleted"]


def test_s14_members_that_come_and_go_are_told_apart(graph, users):
    group = graph.made(GROUPS, {**GROUP, "displayName": "G"})["id"]
    graph.post(f"{GROUPS}/{group}/members/$ref", json=_member(users[0]))
    _, link = _round(graph)
    graph.post(f"{GROUPS}/{group}/members/$ref", json=_member(users[1]))
    graph.delete(f"{GROUPS}/{group}/members/{users[0]}/$ref")
    members = {each["id"]: each.get("@removed") for each in _round(graph, link)[0][0]["members@delta"]}
    assert members == {users[1]: None, users[0]: {"reason": "deleted"}}


def test_s14_a_large_group_comes_in_parts_as_the_same_group_again(graph, users, contoso):
    contoso.habits.delta_members_per_page = 10
    group = graph.made(GROUPS, {**GROUP, "displayName": "Large"})["id"]
    for user in users[:25]:
        graph.post(f"{GROUPS}/{group}/members/$ref", json=_member(user))
    contoso.habits.page_sizes = {"groups/delta": 1}
    parts = [each for each in _round(graph)[0] if each["id"] == group]
    assert [len(part["members@delta"]) for part in parts] == [10, 10, 5]
    assert {each["id"] for part in parts for each in part["members@delta"]} == set(users[:25])


def test_s14_what_changes_while_the_pages_are_read_comes_with_the_next_round(graph, users, contoso):
    contoso.habits.page_sizes = {"groups/delta": 5}
    first = graph.get(DELTA).json()
    late = graph.made(GROUPS, {**GROUP, "displayName": "Late"})["id"]
    rest, link = _round(graph, first["@odata.nextLink"])
    again, _ = _round(graph, link)
    assert late in {each["id"] for each in [*rest, *again]}
    assert late in {each["id"] for each in again}


def test_s14_the_token_carries_the_selection(graph, users):
    found, link = _round(graph, f"{DELTA}?$select=displayName")
    assert all(set(each) <= {"id", "displayName"} for each in found)
    graph.made(GROUPS, {**GROUP, "displayName": "New"})
    assert set(_round(graph, link)[0][0]) == {"id", "displayName"}


def test_s14_latest_starts_now(graph, users):
    found, link = _round(graph, f"{DELTA}?$deltatoken=latest")
    assert found == []
    graph.made(GROUPS, {**GROUP, "displayName": "New"})
    assert [each["displayName"] for each in _round(graph, link)[0]] == ["New"]


def test_s14_a_token_is_good_for_seven_days_and_then_410_points_to_a_new_start(graph, users, contoso, clock):
    _, link = _round(graph)
    clock.advance(6.9 * 86400)
    graph.sign_in(contoso)
    _, link = _round(graph, link)
    clock.advance(7.1 * 86400)
    graph.sign_in(contoso)
    expired = graph.get(link)
    assert (expired.status_code, expired.json()["error"]["code"]) == (410, "syncStateNotFound")
    found, _ = _round(graph, str(httpx.URL(expired.headers["Location"])))
    assert len(found) >= 40


def test_s14_a_broken_token_is_refused(graph, users):
    assert graph.get(DELTA, params={"$deltatoken": "nonsense"}).status_code == 400


@pytest.mark.parametrize(
    "option", [{"$top": 5}, {"$orderby": "displayName"}, {"$expand": "members"}, {"$filter": "displayName eq 'x'"}]
)
def test_s14_options_that_delta_does_not_know_are_refused(graph, users, option):
    assert graph.get(DELTA, params=option).status_code == 400


def test_s14_a_filter_by_id_narrows_the_round(graph, users, contoso):
    wanted = [entity.id for entity in contoso.store.entities("groups")][:2]
    text = " or ".join(f"id eq '{each}'" for each in wanted)
    found, _ = _round(graph, str(httpx.URL(DELTA, params={"$filter": text})))
    assert {each["id"] for each in found} == set(wanted)


def test_s14_a_change_may_be_replayed(graph, users, contoso):
    contoso.habits.delta_replays = True
    _, link = _round(graph)
    graph.made(GROUPS, {**GROUP, "displayName": "New"})
    first, link = _round(graph, link)
    second, _ = _round(graph, link)
    assert [each["displayName"] for each in first] == [each["displayName"] for each in second] == ["New"]


def test_s14_what_is_edited_in_the_portal_shows_up_too(graph, users):
    _, link = _round(graph)
    body = {"id": "aaaaaaaa-0000-0000-0000-000000000001", "displayName": "By hand", **GROUP}
    graph.post("/_sim/tenants/Contoso/objects/groups", json=body)
    assert [each["displayName"] for each in _round(graph, link)[0]] == ["By hand"]
