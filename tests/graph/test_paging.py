"""A collection is read whole, or the reading fails loudly (GRAPH C2)."""

import pytest

from tenantpilot.graph.errors import GraphHostRefused, GraphIncompleteRead, GraphResponseUnreadable
from tests.graph.scripted import Reply, page

PATH = "/beta/deviceManagement/intents"


def test_pages_are_followed_and_an_empty_page_may_have_a_next_one(graph, client):
    graph.on(
        PATH,
        page({"id": "1"}, next_link=f"{graph.url}{PATH}?$skiptoken=a"),
        page(next_link=f"{graph.url}{PATH}?$skiptoken=b"),
        page({"id": "2", "unknown": {"x": 1}}),
    )
    assert list(client.iterate(PATH)) == [{"id": "1"}, {"id": "2", "unknown": {"x": 1}}]


def test_an_empty_next_link_is_the_end_unless_something_is_missing(graph, client):
    graph.on(PATH, page({"id": "1"}, next_link=""))
    assert list(client.iterate(PATH)) == [{"id": "1"}]
    graph.on(PATH, page({"id": "1"}, next_link="", count=2))
    with pytest.raises(GraphIncompleteRead):
        list(client.iterate(PATH))


def test_a_next_link_is_opaque_down_to_its_double_encoding(graph, client):
    link = f"{graph.url}{PATH}?$skiptoken=%255Bcosmosdb%255D%257B%2522a%2522%253A1%257D"
    graph.on(PATH, page({"id": "1"}, next_link=link), page({"id": "2"}))
    assert len(list(client.iterate(PATH))) == 2
    assert graph.seen[-1].params["$skiptoken"] == "%5Bcosmosdb%5D%7B%22a%22%3A1%7D"


def test_parameters_are_sent_for_the_first_page_only(graph, client):
    graph.on(PATH, page({"id": "1"}, next_link=f"{graph.url}{PATH}?$skip=1"), page({"id": "2"}))
    list(client.iterate(PATH, {"$top": "1"}))
    assert [request.params for request in graph.seen if request.path == PATH] == [{"$top": "1"}, {"$skip": "1"}]


def test_fewer_objects_than_graph_stated_are_an_incomplete_read(graph, client):
    graph.on(PATH, page({"id": "1"}, {"id": "2"}, count=3))
    with pytest.raises(GraphIncompleteRead) as caught:
        list(client.iterate(PATH))
    assert caught.value.reason_code == "incomplete_read"
    assert caught.value.params == {"stated": 3, "read": 2}


def test_one_created_meanwhile_is_no_loss(graph, client):
    graph.on(PATH, page({"id": "1"}, {"id": "2"}, count=1))
    assert len(list(client.iterate(PATH))) == 2


def test_pages_in_a_circle_end_the_reading(graph, client):
    first, second = f"{graph.url}{PATH}?$skip=1", f"{graph.url}{PATH}?$skip=2"
    graph.on(PATH, page({"id": "1"}, next_link=first), page({"id": "2"}, next_link=second), page(next_link=first))
    with pytest.raises(GraphIncompleteRead):
        list(client.iterate(PATH))
    assert len(graph.paths()) == 3


@pytest.mark.parametrize(
    "link",
    [
        "http://elsewhere.example/beta/x",
        "http://127.0.0.1:1/beta/x",
        "https://graph.microsoft.com.evil.example/",
        "//elsewhere.example/x",
        "http://127.0.0.1@elsewhere.example/",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_a_link_to_another_host_is_not_followed(graph, client, link):
    graph.on(PATH, page({"id": "1"}, next_link=link))
    with pytest.raises(GraphHostRefused):
        list(client.iterate(PATH))


@pytest.mark.parametrize("body", [{"value": None}, {"value": {}}, {"value": ["text"]}, {"id": "no collection"}])
def test_a_page_without_a_list_of_objects_is_unreadable(graph, client, body):
    graph.on(PATH, Reply(body=body))
    with pytest.raises(GraphResponseUnreadable):
        list(client.iterate(PATH))


def test_a_next_link_that_is_no_text_is_not_taken_for_the_end(graph, client):
    graph.on(PATH, Reply(body={"value": [{"id": "1"}], "@odata.nextLink": 7}))
    with pytest.raises(GraphIncompleteRead):
        list(client.iterate(PATH))


def test_empty_pages_without_end_come_to_an_end(graph, client):
    served = iter(range(10_000))
    graph.on(PATH, lambda _request: page(next_link=f"{graph.url}{PATH}?$skiptoken={next(served)}"))
    with pytest.raises(GraphIncompleteRead):
        list(client.iterate(PATH))
    assert len(graph.paths()) < 200
