"""Types are read complete or not at all, and one that fails harms no other (DESIGN 6)."""

import threading

import pytest

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import GraphForbidden, GraphIncompleteRead, GraphRejected, GraphResponseUnreadable
from tenantpilot.graph.read.listing import read_policies, read_types
from tests.graph.conftest import budget_alone, connection_to
from tests.graph.scripted import Reply, error, page

INTENTS = registry.get("endpointSecurityIntent")
RINGS = registry.get("windowsUpdateRing")
CONFIGURATIONS = registry.get("deviceConfiguration")
SETTINGS = registry.get("deviceManagementSettings")
ADE = registry.get("appleDepProfile")
TERMS = registry.get("termsAndConditions")
RING_TYPE = "#microsoft.graph.windowsUpdateForBusinessConfiguration"


def test_objects_come_as_graph_gave_them_with_what_nobody_knows(graph, client):
    item = {"id": "1", "displayName": "A", "@odata.type": "#x.futureType", "someNewProperty": [{"a": None}]}
    graph.on(INTENTS.collection, page(item, count=1))
    assert list(read_policies(client, INTENTS)) == [item]


def test_an_object_that_two_pages_show_comes_once_and_as_last_seen(graph, client):
    link = f"{graph.url}{INTENTS.collection}?$skip=1"
    graph.on(INTENTS.collection, page({"id": "1", "v": 1}, next_link=link), page({"id": "1", "v": 2}, {"id": "2"}))
    assert list(read_policies(client, INTENTS)) == [{"id": "1", "v": 2}, {"id": "2"}]


def test_a_list_that_hides_one_is_read_again_and_then_fails(graph, client):
    graph.on(INTENTS.collection, page({"id": "1"}, count=2))
    with pytest.raises(GraphIncompleteRead):
        list(read_policies(client, INTENTS))
    assert len(graph.paths()) == 2


def test_a_list_that_was_whole_at_the_second_reading_is_taken(graph, client):
    graph.on(INTENTS.collection, page({"id": "1"}, count=2), page({"id": "1"}, {"id": "2"}, count=2))
    assert len(list(read_policies(client, INTENTS))) == 2


def test_no_object_is_given_out_before_the_type_is_whole(graph, client):
    link = f"{graph.url}{INTENTS.collection}?$skip=1"
    graph.on(INTENTS.collection, page({"id": "1"}, next_link=link), Reply(403, error("Forbidden", "no")))
    with pytest.raises(GraphForbidden):
        next(iter(read_policies(client, INTENTS)))


def test_a_wish_that_graph_refuses_is_left_away(graph, client):
    graph.on(INTENTS.collection, Reply(400, error("BadRequest", "$count is not supported")), page({"id": "1"}))
    assert list(read_policies(client, INTENTS)) == [{"id": "1"}]
    assert [request.params for request in graph.seen if request.path == INTENTS.collection] == [{"$count": "true"}, {}]


def test_a_refusal_without_wishes_stays_a_refusal(graph, client):
    graph.on(SETTINGS.collection, Reply(400, error("BadRequest", "no")))
    with pytest.raises(GraphRejected):
        list(read_policies(client, SETTINGS))


def test_a_shared_collection_is_split_by_type(graph, client):
    ring, other = {"id": "1", "@odata.type": RING_TYPE}, {"id": "2", "@odata.type": "#microsoft.graph.new"}
    graph.on(RINGS.collection, page(ring, other, count=2))
    assert list(read_policies(client, RINGS)) == [ring]
    assert list(read_policies(client, CONFIGURATIONS)) == [other]


def test_a_singleton_is_one_object_with_an_id(graph, client):
    graph.on(SETTINGS.collection, Reply(body={"settings": {"secureByDefault": True}}))
    assert list(read_policies(client, SETTINGS)) == [
        {"id": "deviceManagementSettings", "settings": {"secureByDefault": True}}
    ]


def test_a_nested_type_is_read_below_each_parent(graph, client):
    graph.on(ADE.parent_collection, page({"id": "a/1"}, {"id": "b"}))
    graph.on("/beta/deviceManagement/depOnboardingSettings/a%2F1/enrollmentProfiles", page({"id": "a_1"}))
    graph.on("/beta/deviceManagement/depOnboardingSettings/b/enrollmentProfiles", page({"id": "b_1"}, {"id": "b_2"}))
    assert [item["id"] for item in read_policies(client, ADE)] == ["a_1", "b_1", "b_2"]


@pytest.mark.parametrize("item", [{"displayName": "no id"}, {"id": ""}, {"id": 7}])
def test_an_object_without_an_id_makes_the_type_unreadable(graph, client, item):
    graph.on(INTENTS.collection, page(item))
    with pytest.raises(GraphResponseUnreadable):
        list(read_policies(client, INTENTS))


def test_one_type_that_fails_stops_no_other(graph, client):
    graph.on(INTENTS.collection, page({"id": "1"}))
    graph.on(TERMS.collection, page({"id": "2"}))
    graph.on(CONFIGURATIONS.collection, Reply(403, error("Forbidden", "no")))
    reads = {read.contract.key: read for read in read_types(client, [INTENTS, TERMS, CONFIGURATIONS])}
    assert reads["endpointSecurityIntent"].items == ({"id": "1"},)
    assert reads["termsAndConditions"].items == ({"id": "2"},)
    assert isinstance(reads["deviceConfiguration"].error, GraphForbidden)
    assert reads["deviceConfiguration"].items == ()


def test_all_types_of_configuration_can_be_read_at_once(graph, client):
    for contract in registry.of_configuration():
        for home in contract.collections.values():
            graph.on(f"/{contract.version}{home}", page({"id": "1"}))
        graph.on(contract.collection, page({"id": "1"}))
    graph.on(ADE.parent_collection, page())
    reads = list(read_types(client, registry.of_configuration()))
    assert len(reads) == 44
    assert all(read.error is None for read in reads)
    assert graph.sign_ins() == 1


def test_a_client_that_is_closed_in_the_middle_leaves_no_thread_waiting(graph):
    graph.on(INTENTS.collection, page({"id": "1"}))
    graph.on(TERMS.collection, Reply(429, error("TooManyRequests", "x"), {"retry-after": "300"}))
    before = set(threading.enumerate())
    with GraphClient(connection_to(graph), budget=budget_alone()) as client:
        reads = read_types(client, [INTENTS, TERMS])
        assert next(reads).contract is INTENTS
        working = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("graph")]
        assert working
    reads.close()
    for thread in working:
        thread.join(5)
    assert not any(thread.is_alive() for thread in working)
