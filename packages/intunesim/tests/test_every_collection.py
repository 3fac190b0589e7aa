"""Every collection of the catalog, over HTTP: listed, read, expanded, versions, and the 45 types of this field."""

import json

import pytest
from intunesim import Plan, generate
from intunesim.catalog import COLLECTIONS, all_collections
from intunesim.catalog.types import type_table

EVERY = all_collections()
IDS = [each.key for each in EVERY]


@pytest.fixture(scope="module")
def everything():
    """One generated tenant with objects of every kind, served for the whole module."""
    import ssl

    import httpx
    from intunesim import DEFAULT_SECRET, Simulator, serving

    simulator = Simulator()
    tenant = generate(simulator.add_tenant("Everything"), Plan(policies=150, seed=4), now=simulator.clock.now())
    with (
        serving(simulator) as running,
        httpx.Client(base_url=running.url, trust_env=False, verify=ssl.create_default_context()) as client,
    ):
        form = {
            "grant_type": "client_credentials",
            "client_id": tenant.application.client_id,
            "client_secret": DEFAULT_SECRET,
        }
        answer = client.post(
            f"/{tenant.id}/oauth2/v2.0/token", data={**form, "scope": "https://graph.microsoft.com/.default"}
        )
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@pytest.mark.parametrize("collection", EVERY, ids=IDS)
def test_each_collection_lists_and_shows_its_objects_whole(everything, collection):
    address = f"/beta/{collection.path}"
    listed = everything.get(address, params={"$top": 3}).json()["value"]
    for item in listed:
        expand = ",".join(child.name for child in collection.children)
        shown = everything.get(f"{address}/{item['id']}", params={"$expand": expand} if expand else {})
        assert shown.status_code == 200, shown.text
        assert all(child.name in shown.json() for child in collection.children)
        assert everything.get(f"{address}('{item['id']}')").json()["id"] == item["id"]


@pytest.mark.parametrize("collection", EVERY, ids=IDS)
def test_each_collection_is_served_in_its_versions_only(everything, collection):
    for version in ("v1.0", "beta"):
        answer = everything.get(f"/{version}/{collection.path}")
        expected = 200 if version in collection.versions else 400
        assert answer.status_code == expected
        if expected == 400:
            assert answer.json()["error"]["message"].startswith("Resource not found for the segment")


@pytest.mark.parametrize("collection", EVERY, ids=IDS)
def test_each_navigation_property_has_a_path_of_its_own(everything, collection):
    listed = everything.get(f"/beta/{collection.path}", params={"$top": 1}).json()["value"]
    for child in collection.children:
        for item in listed:
            answer = everything.get(f"/beta/{collection.path}/{item['id']}/{child.name}")
            assert answer.status_code in ((200, 204) if child.single else (200,)), answer.text
    if listed:
        assert everything.get(f"/beta/{collection.path}/{listed[0]['id']}/nonsense").status_code in (400, 404)


@pytest.mark.parametrize("collection", EVERY, ids=IDS)
def test_each_declared_type_is_in_the_table(collection):
    assert type_table().find(collection.entity) is not None


def test_the_forty_five_types_of_this_field_are_all_served(shared):
    types = json.loads((shared / "graph" / "object_types.json").read_text(encoding="utf-8"))["types"]
    assert len(types) == 45
    for each in types:
        path = each["path"].split(" ")[0].split("?")[0].strip("/")
        if each["key"] in ("deviceManagementSettings", "appleDepProfile"):
            continue
        collection = COLLECTIONS[path]
        assert type_table().is_of(each["odataType"].removeprefix("microsoft.graph."), collection.entity), each["key"]
        assert each["permissionRead"].split(" ")[0] in collection.read_roles
        assert not each["permissionWrite"] or each["permissionWrite"].split(" ")[0] in collection.write_roles
        assert ("v1.0" in each["version"]) <= ("v1.0" in collection.versions), each["key"]


def test_the_catalog_agrees_with_the_public_metadata(shared):
    subset = json.loads((shared / "graph" / "graph_subset.json").read_text(encoding="utf-8"))
    for collection in EVERY:
        path = subset["paths"].get(f"/{collection.path}")
        if path is None:
            continue
        assert collection.creates <= ("POST" in path["verbs"]), collection.key
        known = type_table().find(collection.entity).properties
        missing = [child.name for child in collection.children if child.name not in known]
        assert [name for name in missing if not _on_derived(subset, collection.entity, name)] == [], collection.key
        assert collection.name in known or collection.abstract, collection.key


def _on_derived(subset, entity, name):
    types = subset["types"].items()
    return any(name in each["properties"] for derived, each in types if type_table().is_of(derived, entity))


def test_assign_actions_agree_with_the_public_metadata(shared):
    subset = json.loads((shared / "graph" / "graph_subset.json").read_text(encoding="utf-8"))
    for collection in EVERY:
        path = subset["paths"].get(f"/{collection.path}/{{id}}/assign")
        if collection.assign and path:
            assert collection.assign.body_key in path["verbs"]["POST"]["body"]["fields"], collection.key


def test_the_settings_of_the_service_are_one_object(everything):
    shown = everything.get("/v1.0/deviceManagement", params={"$select": "settings"}).json()
    assert shown["settings"]["secureByDefault"] is False
    changed = everything.patch("/beta/deviceManagement", json={"settings": {"secureByDefault": True}})
    assert changed.status_code == 200
    assert everything.get("/beta/deviceManagement/settings").json()["secureByDefault"] is True
    assert everything.get("/beta/deviceManagement/settings").json()["deviceComplianceCheckinThresholdDays"] == 30
    assert everything.patch("/beta/deviceManagement", json={"nonsense": 1}).status_code == 400


def test_apples_enrollment_profiles_hang_below_a_token(everything):
    token = everything.get("/beta/deviceManagement/depOnboardingSettings").json()["value"][0]
    address = f"/beta/deviceManagement/depOnboardingSettings/{token['id']}/enrollmentProfiles"
    profile = everything.get(address).json()["value"][0]
    assert profile["@odata.type"].startswith("#microsoft.graph.dep")
    assert profile["id"].startswith(f"{token['id']}_")
    made = everything.post(
        address, json={"@odata.type": "#microsoft.graph.depIOSEnrollmentProfile", "displayName": "New"}
    )
    assert made.status_code == 201
    assert made.json()["id"].startswith(f"{token['id']}_")
    assert everything.patch(f"{address}/{made.json()['id']}", json={"displayName": "Newer"}).status_code == 200
    assert everything.delete(f"{address}/{made.json()['id']}").status_code == 204
