"""S16: 403 for a missing role, collection by collection."""

import json

import pytest
from intunesim.catalog import all_collections
from intunesim.catalog.roles import EVERY_ROLE

COLLECTIONS = all_collections()
WRITABLE = [each for each in COLLECTIONS if each.write_roles and each.creates]


@pytest.mark.parametrize("collection", COLLECTIONS, ids=[each.key for each in COLLECTIONS])
def test_s16_reading_takes_one_of_the_roles_and_no_other_role_helps(connect, contoso, collection):
    address = f"/{sorted(collection.versions)[0]}/{collection.path}"
    contoso.application.roles = tuple(role for role in EVERY_ROLE if role not in collection.read_roles)
    assert connect(contoso).get(address).status_code == 403
    contoso.application.roles = (collection.read_roles[0],)
    assert connect(contoso).get(address).status_code == 200


@pytest.mark.parametrize("collection", WRITABLE, ids=[each.key for each in WRITABLE])
def test_s16_writing_takes_a_role_that_may_write(connect, contoso, collection):
    address = f"/{sorted(collection.versions)[0]}/{collection.path}"
    contoso.application.roles = tuple(role for role in EVERY_ROLE if role not in collection.write_roles)
    assert connect(contoso).post(address, json={}).status_code == 403
    contoso.application.roles = (*collection.write_roles, "Policy.Read.All")
    assert connect(contoso).post(address, json={}).status_code == 400


def test_s16_intune_names_the_roles_that_would_do(connect, contoso):
    contoso.application.roles = ()
    answer = connect(contoso).get("/beta/deviceManagement/deviceConfigurations")
    assert answer.json()["error"]["code"] == "Forbidden"
    message = json.loads(answer.json()["error"]["message"])["Message"]
    assert "DeviceManagementConfiguration.Read.All, DeviceManagementConfiguration.ReadWrite.All" in message


@pytest.mark.parametrize(
    ("path", "code"),
    [("groups", "Authorization_RequestDenied"), ("identity/conditionalAccess/policies", "AccessDenied")],
)
def test_s16_the_directory_and_conditional_access_say_it_in_their_own_words(connect, contoso, path, code):
    contoso.application.roles = ()
    answer = connect(contoso).get(f"/v1.0/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)


def test_s16_writing_conditional_access_takes_the_role_that_reads_as_well(connect, contoso):
    contoso.application.roles = ("Policy.ReadWrite.ConditionalAccess",)
    assert connect(contoso).post("/v1.0/identity/conditionalAccess/policies", json={}).status_code == 403


def test_s16_a_post_that_only_reads_takes_a_role_that_reads(connect, contoso):
    contoso.application.roles = ("Group.Read.All",)
    assert connect(contoso).post("/v1.0/directoryObjects/getByIds", json={"ids": ["x"]}).status_code == 200
