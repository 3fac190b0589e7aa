"""Many reads in one request, each with its own fate (GRAPH C3)."""

import pytest

from tenantpilot.graph.client.batch import Read
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.errors import (
    GraphError,
    GraphForbidden,
    GraphInternalError,
    GraphNotFound,
    GraphStopped,
    GraphUnavailable,
)
from tests.graph.scripted import Reply, Seen, error

BATCH = "/beta/$batch"
UNJITTERED = RetryPolicy(jitter=0.0)


def intent(number: int) -> Read:
    return Read(f"/beta/deviceManagement/intents/{number}", {"$expand": "assignments"})


def answering(judge):
    """A $batch that answers each part as `judge(url)` says, in reverse order."""

    def answer(request: Seen) -> Reply:
        responses = [{"id": part["id"], **judge(part["url"])} for part in request.body["requests"]]
        return Reply(body={"responses": responses[::-1]})

    return answer


def found(url: str) -> dict:
    return {"status": 200, "headers": {"Content-Type": "application/json"}, "body": {"url": url}}


def test_answers_come_in_the_order_asked_whatever_order_they_arrive_in(graph, client):
    graph.on(BATCH, answering(found))
    outcomes = client.batch([intent(n) for n in range(45)])
    assert [o["url"] for o in outcomes] == [f"/deviceManagement/intents/{n}?$expand=assignments" for n in range(45)]
    assert sorted(len(request.body["requests"]) for request in graph.seen if request.path == BATCH) == [5, 20, 20]


def test_only_the_throttled_parts_are_sent_again(graph, connect, clock):
    had: set[str] = set()

    def judge(url: str) -> dict:
        if url.partition("?")[0].endswith(("3", "7")) and url not in had:
            had.add(url)
            return {"status": 429, "headers": {"Retry-After": "4"}, "body": error("TooManyRequests", "slow")}
        return found(url)

    graph.on(BATCH, answering(judge))
    outcomes = connect(retry_policy=UNJITTERED).batch([intent(n) for n in range(10)])
    sizes = [len(request.body["requests"]) for request in graph.seen if request.path == BATCH]
    assert sizes == [10, 2]
    assert all("url" in outcome for outcome in outcomes)
    assert clock.total == pytest.approx(4)


def test_a_wait_is_told_before_it_begins_and_what_was_not_read_says_that_it_was_stopped(graph, connect, clock):
    """OPS-34."""

    def judge(url: str) -> dict:
        if url.partition("?")[0].endswith("3"):
            return {"status": 429, "headers": {"Retry-After": "45"}, "body": error("TooManyRequests", "slow")}
        return found(url)

    told: list[float] = []
    graph.on(BATCH, answering(judge))
    client = connect(waits=told.append, stop=lambda: bool(told), retry_policy=UNJITTERED)
    outcomes = client.batch([intent(n) for n in range(5)])
    assert [number for number, one in enumerate(outcomes) if isinstance(one, GraphStopped)] == [3]
    assert (told, clock.total) == ([45.0], 0)


def test_a_part_that_fails_leaves_the_others_whole(graph, client):
    def judge(url: str) -> dict:
        status = {"0": 403, "1": 404, "2": 500}.get(url.partition("?")[0].rpartition("/")[2])
        return {"status": status, "body": error("Forbidden", "no")} if status else found(url)

    graph.on(BATCH, answering(judge))
    outcomes = client.batch([intent(n) for n in range(5)])
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [GraphForbidden, GraphNotFound, GraphInternalError, dict, dict]
    sizes = [len(request.body["requests"]) for request in graph.seen if request.path == BATCH]
    assert sizes == [5, 1, 1]


def test_a_part_that_was_not_answered_is_asked_again_and_then_an_error(graph, client):
    def forgetful(request: Seen) -> Reply:
        parts = [part for part in request.body["requests"] if not part["url"].startswith("/deviceManagement/intents/2")]
        return Reply(body={"responses": [{"id": part["id"], **found(part["url"])} for part in parts]})

    graph.on(BATCH, forgetful)
    outcomes = client.batch([intent(n) for n in range(4)])
    assert isinstance(outcomes[2], GraphUnavailable)
    assert sum(isinstance(outcome, GraphError) for outcome in outcomes) == 1


@pytest.mark.parametrize(
    "body",
    [{"responses": None}, {"value": []}, {"responses": ["x", None, {"id": "0"}, {"id": "0", "status": "200"}]}],
)
def test_a_batch_answer_in_an_odd_shape_is_an_error_of_its_parts(graph, client, body):
    graph.on(BATCH, Reply(body=body))
    assert isinstance(client.batch([intent(0)])[0], GraphUnavailable)


def test_a_whole_batch_that_is_throttled_waits_and_is_sent_again(graph, connect, clock):
    graph.on(BATCH, Reply(429, error("TooManyRequests", "x"), {"retry-after": "2.5"}), answering(found))
    assert len(connect(retry_policy=UNJITTERED).batch([intent(0)])) == 1
    assert clock.total == pytest.approx(2.5)


def test_a_batch_that_is_refused_is_the_error_of_each_part(graph, client):
    graph.on(BATCH, Reply(400, error("BadRequest", "no")))
    assert [type(o).__name__ for o in client.batch([intent(0), intent(1)])] == ["GraphRejected"] * 2
    assert len(graph.paths()) == 1


def test_versions_and_services_are_not_mixed_in_one_batch(graph, client):
    graph.on(BATCH, answering(found))
    graph.on("/v1.0/$batch", answering(found))
    client.batch([intent(0), Read("/v1.0/groups/1"), Read("/v1.0/deviceManagement/termsAndConditions/1")])
    assert sorted(graph.paths()) == ["/beta/$batch", "/v1.0/$batch", "/v1.0/$batch"]


def test_a_body_that_is_no_object_is_an_error_of_its_part(graph, client):
    graph.on(BATCH, answering(lambda url: {"status": 200, "body": "bm8ganNvbg=="}))
    assert isinstance(client.batch([intent(0)])[0], GraphUnavailable)


def test_an_empty_batch_asks_nothing(graph, client):
    assert client.batch([]) == []
    assert graph.paths() == []
