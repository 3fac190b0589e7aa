"""S19: tenants know nothing of each other."""

import pytest

CATEGORIES = "/beta/deviceManagement/deviceCategories"


@pytest.fixture
def both(connect, contoso, fabrikam):
    return connect(contoso), connect(fabrikam)


def test_s19_an_object_of_one_tenant_is_not_found_by_the_other(both):
    ours, theirs = both
    made = ours.made(CATEGORIES, {"displayName": "Ours"})
    address = f"{CATEGORIES}/{made['id']}"
    assert theirs.values(CATEGORIES) == []
    assert [
        theirs.request(verb, address, json={"displayName": "x"}).status_code for verb in ("GET", "PATCH", "DELETE")
    ] == [404, 404, 404]
    assert ours.get(address).json()["displayName"] == "Ours"


def test_s19_an_application_of_one_tenant_cannot_sign_in_at_the_other(connect, contoso, fabrikam):
    answer = connect().token(fabrikam, client_id=contoso.application.client_id)
    assert answer.json()["error_codes"] == [700016]


def test_s19_a_token_of_a_tenant_that_is_gone_gets_401(graph, contoso, simulator):
    del simulator.tenants[contoso.id]
    assert graph.get(CATEGORIES).status_code == 401


def test_s19_a_token_of_another_simulator_gets_401(graph, another):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from intunesim.login.tokens import TokenIssuer

    _, tenant, client = another()
    foreign = TokenIssuer(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    token = foreign.issue(tenant, tenant.application, audience="x", now=tenant_now())
    assert client.get(CATEGORIES, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def tenant_now():
    from intunesim import VirtualClock

    return VirtualClock().now()


def test_s19_a_batch_stays_inside_its_tenant(both):
    ours, theirs = both
    made = ours.made(CATEGORIES, {"displayName": "Ours"})
    requests = [{"id": "1", "method": "GET", "url": f"/deviceManagement/deviceCategories/{made['id']}"}]
    headers = {"Authorization": ours.headers["Authorization"]}
    smuggled = [{**requests[0], "headers": headers}]
    assert theirs.post("/beta/$batch", json={"requests": requests}).json()["responses"][0]["status"] == 404
    assert theirs.post("/beta/$batch", json={"requests": smuggled}).json()["responses"][0]["status"] == 404


def test_s19_links_and_assignments_cannot_reach_into_another_tenant(both):
    ours, theirs = both
    body = {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    group = ours.made("/v1.0/groups", body)["id"]
    profile = {"@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration", "displayName": "P"}
    made = theirs.made("/beta/deviceManagement/deviceConfigurations", profile)
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}
    address = f"/beta/deviceManagement/deviceConfigurations/{made['id']}/assign"
    assert theirs.post(address, json={"assignments": [{"target": target}]}).status_code == 400


def test_s19_delta_tokens_and_paging_links_of_one_tenant_show_the_other_nothing(both):
    ours, theirs = both
    body = {"displayName": "G", "mailEnabled": False, "mailNickname": "g", "securityEnabled": True}
    link = ours.get("/v1.0/groups/delta").json()["@odata.deltaLink"]
    ours.made("/v1.0/groups", body)
    assert theirs.get(link).json()["value"] == []
