"""An object is read whole, or it fails by itself (DESIGN 6; GRAPH S3)."""

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import GraphForbidden, GraphIncompleteRead, GraphNotFound, GraphResponseUnreadable
from tenantpilot.graph.read.full import read_by_id, read_type_whole, read_whole
from tests.graph.scripted import Reply, ScriptedGraph, Seen, error, page

CATALOG = registry.get("settingsCatalog")
SCRIPT = registry.get("powershellScript")
ADMX = registry.get("administrativeTemplate")
PROTECTION = registry.get("appProtection")
PROFILE = registry.get("deviceConfiguration")
STRENGTH = registry.get("authenticationStrength")


class Tenant:
    """Objects by path, served singly and in batches."""

    def __init__(self, graph: ScriptedGraph) -> None:
        self.objects: dict[str, Reply] = {}
        self.asked: list[str] = []
        graph.on("/beta/$batch", self._batch)

    def _batch(self, request: Seen) -> Reply:
        return Reply(body={"responses": [self._answer(part) for part in request.body["requests"]]})

    def _answer(self, part: dict) -> dict:
        path = "/beta" + part["url"].partition("?")[0]
        self.asked.append(path)
        reply = self.objects.get(path, Reply(404, error("ResourceNotFound", "no")))
        return {"id": part["id"], "status": reply.status, "body": reply.body}


@pytest.fixture
def tenant(graph):
    return Tenant(graph)


def policy(tenant: Tenant, graph_id: str, *, stated: int, settings: Reply) -> dict:
    address = CATALOG.address(graph_id)
    tenant.objects[f"{address}/settings"] = settings
    tenant.objects[f"{address}/assignments"] = page({"id": "a", "target": {"groupId": "g"}})
    item = {"id": graph_id, "name": graph_id, "settingCount": stated}
    tenant.objects[address] = Reply(body=item)
    return item


def test_a_policy_has_all_its_settings_over_all_pages(graph, client, tenant):
    link = f"{graph.url}{CATALOG.address('p')}/settings?$skiptoken=x"
    first = page(*({"id": str(n)} for n in range(250)), next_link=link)
    item = policy(tenant, "p", stated=306, settings=first)
    graph.on(f"{CATALOG.address('p')}/settings", page(*({"id": str(n)} for n in range(250, 306))))
    (read,) = read_whole(client, CATALOG, [item])
    assert [setting["id"] for setting in read.payload["settings"]] == [str(n) for n in range(306)]
    assert read.payload["assignments"] == [{"id": "a", "target": {"groupId": "g"}}]


def test_a_policy_that_hides_a_setting_is_read_again_and_fails_alone(client, tenant):
    whole = policy(tenant, "whole", stated=1, settings=page({"id": "0"}))
    torn = policy(tenant, "torn", stated=2, settings=page({"id": "0"}))
    reads = {read.graph_id: read for read in read_whole(client, CATALOG, [torn, whole])}
    assert reads["whole"].payload["settings"] == [{"id": "0"}]
    assert isinstance(reads["torn"].error, GraphIncompleteRead)
    assert reads["torn"].error.params == {"stated": 2, "read": 1}
    assert reads["torn"].payload is None
    assert tenant.asked.count(f"{CATALOG.address('torn')}/settings") == 2


def test_what_the_list_leaves_out_is_read_by_id(client, tenant):
    tenant.objects[SCRIPT.address("s")] = Reply(body={"id": "s", "scriptContent": "ZWNobw=="})
    tenant.objects[f"{SCRIPT.address('s')}/assignments"] = page()
    (read,) = read_whole(client, SCRIPT, [{"id": "s"}])
    assert read.payload == {"id": "s", "scriptContent": "ZWNobw==", "assignments": []}


def test_an_object_that_went_meanwhile_fails_alone(client, tenant):
    tenant.objects[SCRIPT.address("here")] = Reply(body={"id": "here"})
    tenant.objects[f"{SCRIPT.address('here')}/assignments"] = page()
    reads = list(read_whole(client, SCRIPT, [{"id": "gone"}, {"id": "here"}]))
    assert isinstance(reads[0].error, GraphNotFound)
    assert reads[1].error is None


def test_a_part_that_may_not_be_read_fails_its_object(client, tenant):
    item = policy(tenant, "p", stated=0, settings=page())
    tenant.objects[f"{CATALOG.address('p')}/assignments"] = Reply(403, error("Forbidden", "no"))
    (read,) = read_whole(client, CATALOG, [item])
    assert isinstance(read.error, GraphForbidden)


def test_another_object_than_the_one_asked_for_is_not_taken(client, tenant):
    tenant.objects[SCRIPT.address("s")] = Reply(body={"id": "other"})
    tenant.objects[f"{SCRIPT.address('s')}/assignments"] = page()
    (read,) = read_whole(client, SCRIPT, [{"id": "s"}])
    assert isinstance(read.error, GraphResponseUnreadable)


def test_what_lies_below_a_part_is_read_too(client, tenant):
    values = f"{ADMX.address('t')}/definitionValues"
    tenant.objects[values] = page({"id": "v1", "enabled": True}, {"id": "v2"})
    tenant.objects[f"{values}/v1/presentationValues"] = page({"id": "p1"})
    tenant.objects[f"{values}/v2/presentationValues"] = page()
    tenant.objects[f"{ADMX.address('t')}/assignments"] = page()
    (read,) = read_whole(client, ADMX, [{"id": "t"}])
    assert read.payload["definitionValues"] == [
        {"id": "v1", "enabled": True, "presentationValues": [{"id": "p1"}]},
        {"id": "v2", "presentationValues": []},
    ]


def test_an_expanded_list_that_is_only_a_first_page_is_followed(graph, client, tenant):
    item = {"id": "T_1", "@odata.type": "#microsoft.graph.iosManagedAppProtection"}
    address = "/beta/deviceAppManagement/iosManagedAppProtections/T_1"
    link = f"{graph.url}{address}/apps?$skip=1"
    body = {**item, "apps": [{"id": "1"}], "apps@odata.nextLink": link, "assignments": []}
    graph.on(f"{address}/apps", page({"id": "2"}))
    (read,) = read_whole(client, PROTECTION, [body])
    assert read.payload == {**item, "apps": [{"id": "1"}, {"id": "2"}], "assignments": []}


def test_reading_by_id_trusts_nothing_that_was_known(client, tenant):
    policy(tenant, "p", stated=1, settings=page({"id": "0"}))
    tenant.objects[CATALOG.address("p")] = Reply(body={"id": "p", "name": "new", "settingCount": 1})
    (read,) = read_by_id(client, CATALOG, [{"id": "p", "name": "old", "settingCount": 9}])
    assert read.payload["name"] == "new"
    assert len(read.payload["settings"]) == 1


def test_many_objects_fill_the_batches_and_keep_their_order(client, tenant, graph):
    items = [policy(tenant, f"p{n}", stated=1, settings=page({"id": "0"})) for n in range(230)]
    reads = list(read_whole(client, CATALOG, items))
    assert [read.graph_id for read in reads] == [item["id"] for item in items]
    assert all(read.error is None for read in reads)
    assert len(graph.paths()) == 20 + 3  # 400 and 60 reads, in batches of 20


def test_a_singleton_is_read_by_its_own_address(client, graph):
    contract = registry.get("deviceManagementSettings")
    tenant = Tenant(graph)
    tenant.objects["/beta/deviceManagement"] = Reply(body={"settings": {"secureByDefault": False}})
    (read,) = read_by_id(client, contract, [{"id": contract.key}])
    assert read.payload == {"id": contract.key, "settings": {"secureByDefault": False}}


def test_what_the_list_has_shown_is_not_read_again(graph, client, tenant):
    contract = registry.get("deviceConfiguration")
    items = [{"id": "a", "assignments": [{"id": "1"}]}, {"id": "b", "assignments": []}]
    graph.on(contract.collection, page(*items, count=2))
    reads = list(read_type_whole(client, contract))
    assert [read.payload for read in reads] == items
    assert tenant.asked == []
    assert graph.seen[-1].params == {"$expand": "assignments", "$count": "true"}


@pytest.mark.parametrize(
    "item",
    [
        {"id": "a", "assignments": [{"id": str(n)} for n in range(20)]},
        {"id": "a", "isAssigned": True, "assignments": []},
        {"id": "a"},
    ],
)
def test_what_the_list_may_have_cut_is_read(client, tenant, item):
    contract = registry.get("deviceConfiguration")
    tenant.objects[f"{contract.address('a')}/assignments"] = page({"id": "true one"})
    (read,) = read_whole(client, contract, [item])
    assert read.payload["assignments"] == [{"id": "true one"}]


def test_parts_that_a_list_has_shown_stay_beside_what_only_the_object_has(client, tenant):
    tenant.objects[SCRIPT.address("s")] = Reply(body={"id": "s", "scriptContent": "x"})
    (read,) = read_whole(client, SCRIPT, [{"id": "s", "assignments": [{"id": "1"}]}])
    assert read.payload == {"id": "s", "assignments": [{"id": "1"}], "scriptContent": "x"}
    assert tenant.asked == [SCRIPT.address("s")]


def test_a_count_of_nothing_saves_a_read(client, tenant):
    app = registry.get("mobileApp")
    none = {"dependentAppCount": 0, "supersededAppCount": 0, "supersedingAppCount": 0}
    tenant.objects[app.address("a")] = Reply(body={"id": "a", **none})
    (read,) = read_whole(client, app, [{"id": "a", "assignments": [], "categories": []}])
    assert read.payload["relationships"] == []
    assert tenant.asked == [app.address("a")]


def test_a_list_that_cannot_expand_is_read_without(graph, client, tenant):
    contract = registry.get("deviceConfiguration")
    refused = Reply(400, error("BadRequest", "$expand is not supported"))
    graph.on(contract.collection, refused, refused, page({"id": "a"}))
    tenant.objects[f"{contract.address('a')}/assignments"] = page({"id": "1"})
    (read,) = read_type_whole(client, contract)
    assert read.payload == {"id": "a", "assignments": [{"id": "1"}]}


NONE_THERE = [
    Reply(204),
    Reply(404, error("ResourceNotFound", "no")),
    Reply(body={"@odata.context": "c", "@odata.null": True}),
]


@pytest.mark.parametrize("none", NONE_THERE, ids=["204", "404", "null"])
def test_a_profile_is_read_with_the_certificate_it_uses(client, tenant, none):
    """Only types that use one are asked for it, and to use none is no fault."""
    scep = {"@odata.type": "#microsoft.graph.windows81SCEPCertificateProfile", "assignments": []}
    root = "microsoft.graph.windows81SCEPCertificateProfile/rootCertificate"
    tenant.objects[f"{PROFILE.address('one')}/{root}"] = Reply(body={"@odata.context": "c", "id": "root"})
    tenant.objects[f"{PROFILE.address('two')}/{root}"] = none
    custom = {"@odata.type": "#microsoft.graph.windows10CustomConfiguration", "id": "three", "assignments": []}
    reads = list(read_whole(client, PROFILE, [{**scep, "id": "one"}, {**scep, "id": "two"}, custom]))
    assert [read.error for read in reads] == [None] * 3
    assert [read.payload.get("rootCertificate", "not asked") for read in reads] == [{"id": "root"}, None, "not asked"]
    assert len(tenant.asked) == 2


def test_combinations_that_the_list_shows_cost_no_request(graph, client):
    listed = {"id": "s", "policyType": "custom", "combinationConfigurations": [{"id": "c"}]}
    built_in = {"id": "b", "policyType": "builtIn"}
    graph.on(STRENGTH.collection, page(listed, built_in))
    payloads = [read.payload for read in read_type_whole(client, STRENGTH)]
    assert payloads == [listed, built_in]
    assert graph.paths() == [STRENGTH.collection]
