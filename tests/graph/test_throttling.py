"""Graph's 429, 5xx and silence are waited out as told, within one deadline (GRAPH C4, OPS-34)."""

import threading
from email.utils import format_datetime

import pytest

from tenantpilot.graph.client.budget import MemoryStore, TenantBudget
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.retries import RetryPolicy, retry_after_seconds
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import (
    GraphDeadlineExceeded,
    GraphInternalError,
    GraphStopped,
    GraphThrottled,
    GraphUnavailable,
)
from tenantpilot.graph.read.listing import read_types
from tests.graph.conftest import NOON, budget_alone, connection_to
from tests.graph.scripted import Reply, error, page

PATH = "/beta/deviceManagement/intents"
OTHER = "/beta/deviceManagement/templates"
UNJITTERED = RetryPolicy(jitter=0.0)


def throttled(retry_after: str | None = None) -> Reply:
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return Reply(429, error("TooManyRequests", "Too many requests."), headers)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("2.128", 2.128),
        (format_datetime(NOON.replace(second=42), usegmt=True), 42.0),
        ("Mon, 02 Nov 2026 11:00:00 GMT", None),
        ("0", None),
        ("-0.0", None),
        ("-5", None),
        ("-inf", None),
        ("999999999", 3600.0),
        ("soon", None),
        ("nan", None),
        ("inf", 3600.0),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_an_integer_a_decimal_or_a_date(header, seconds):
    assert retry_after_seconds(header, now=NOON) == seconds


@pytest.mark.parametrize(
    ("header", "waited"), [("3", 3.0), ("2.128", 2.128), ("Mon, 02 Nov 2026 12:00:09 GMT", 9.0), (None, 10.0)]
)
def test_a_throttled_request_waits_as_told_and_is_sent_again(graph, connect, clock, header, waited):
    graph.on(PATH, throttled(header), page({"id": "1"}))
    assert connect(retry_policy=UNJITTERED).get(PATH)["value"] == [{"id": "1"}]
    assert clock.total == pytest.approx(waited)


def test_conditional_access_which_counts_by_the_second_is_asked_again_soon(graph, connect, clock):
    path = "/v1.0/identity/conditionalAccess/policies"
    graph.on(path, *[throttled()] * 3, page())
    connect(retry_policy=UNJITTERED).get(path)
    assert 9.0 <= clock.total <= 20.0


NO_WAIT = ["0", "0.0", "-5", "Mon, 02 Nov 2026 11:58:30 GMT", "soon", "0.000001"]


@pytest.mark.parametrize("header", NO_WAIT)
def test_a_wait_that_is_none_costs_no_more_requests_than_no_word(connect, clock, graph, header):
    """OPS-34: whoever is told to come back at once would knock without end."""
    requests = {}
    for told in (header, None):
        graph.seen.clear()
        graph.on(PATH, throttled(told))
        with pytest.raises(GraphThrottled):
            connect(retry_policy=RetryPolicy(call_seconds=300, jitter=0)).get(PATH)
        requests[told] = len(graph.paths())
    assert requests[header] <= requests[None] + (5 if header == NO_WAIT[-1] else 0)


@pytest.mark.parametrize("header", ["0", "-5", "Mon, 02 Nov 2026 11:58:30 GMT"])
def test_a_wait_that_is_none_costs_all_types_no_more_requests_than_no_word(graph, connect, clock, header):
    """OPS-34: every type of a tenant is throttled at once, and each is read side by side."""
    rounds: dict[str | None, list[int]] = {None: [], header: []}
    for told in (None, header) * 3:
        graph.seen.clear()
        contracts = registry.of_configuration()
        graph.otherwise = throttled(told)
        before = clock.total
        reads = list(read_types(connect(retry_policy=RetryPolicy(call_seconds=30)), contracts))
        assert all(isinstance(read.error, GraphThrottled | GraphDeadlineExceeded) for read in reads)
        assert len(reads) == len(contracts) >= 44
        assert clock.total - before >= 10
        rounds[told].append(len(graph.paths()))
    # Many threads share one virtual clock, so that the figures of two rounds differ a little.
    assert sorted(rounds[header])[1] <= sorted(rounds[None])[1] + 12, rounds


def test_a_date_is_reckoned_against_the_clock_of_whoever_wrote_it(graph, connect, clock):
    """Our clock is 90 s ahead: by it the moment has passed, by Graph's it is 20 s away."""
    headers = {"retry-after": "Mon, 02 Nov 2026 11:58:50 GMT", "date": "Mon, 02 Nov 2026 11:58:30 GMT"}
    graph.on(PATH, Reply(429, error("TooManyRequests", "slow"), headers), page())
    connect(retry_policy=UNJITTERED).get(PATH)
    assert clock.total == pytest.approx(20)


def test_without_a_word_the_waits_grow(graph, connect, clock):
    graph.on(PATH, *[throttled()] * 5, page())
    connect(retry_policy=UNJITTERED).get(PATH)
    assert clock.total == pytest.approx(10 + 20 + 40 + 60 + 60)


def test_jitter_adds_and_never_shortens(graph, connect, clock):
    graph.on(PATH, throttled("8"), page())
    connect().get(PATH)
    assert 8.0 <= clock.total <= 8.0 * 1.25 + 0.01


def test_a_wait_beyond_the_deadline_is_not_begun(graph, connect, clock):
    graph.on(PATH, throttled("120"))
    with pytest.raises(GraphThrottled) as caught:
        connect(retry_policy=RetryPolicy(call_seconds=60)).get(PATH)
    assert clock.total == 0
    assert caught.value.facts.retry_after == 120
    assert caught.value.params["graph_code"] == "TooManyRequests"


def test_being_throttled_without_end_comes_to_an_end(graph, connect, clock):
    graph.on(PATH, throttled())
    with pytest.raises(GraphThrottled):
        connect(retry_policy=RetryPolicy(call_seconds=200)).get(PATH)
    assert clock.total <= 200


def test_while_one_request_is_throttled_the_whole_tenant_is_quiet(graph, connect, clock):
    graph.on(PATH, throttled("30"))
    graph.on(OTHER, page())
    client = connect(retry_policy=RetryPolicy(call_seconds=20, jitter=0))
    with pytest.raises(GraphThrottled):
        client.get(PATH)
    with pytest.raises(GraphThrottled):
        client.get(OTHER)
    assert graph.paths() == [PATH]


def test_another_tenant_goes_on_meanwhile(graph, connect, clock):
    graph.on(PATH, throttled("30"))
    graph.on(OTHER, page())
    with pytest.raises(GraphThrottled):
        connect(retry_policy=RetryPolicy(call_seconds=20)).get(PATH)
    other = "99999999-6f0c-4a51-9a0d-0a5f5f1c2b11"
    graph.on(f"/{other}/oauth2/v2.0/token", graph._give_token)
    with GraphClient(connection_to(graph, entra_tenant_id=other), clock=clock) as fabrikam:
        assert fabrikam.get(OTHER) == {"value": []}
    assert clock.total == 0


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_that_is_unwell_is_tried_again_and_given_up_in_the_end(graph, connect, clock, status):
    graph.on(PATH, Reply(status, error("ServiceUnavailable", "later")))
    with pytest.raises(GraphUnavailable) as caught:
        connect(retry_policy=UNJITTERED).get(PATH)
    assert len(graph.paths()) == 5
    assert clock.total == pytest.approx(1 + 2 + 4 + 8)
    assert caught.value.params["status"] == status


def test_503_with_retry_after_waits_as_told(graph, connect, clock):
    graph.on(PATH, Reply(503, error("ServiceUnavailable", "later"), {"retry-after": "17"}), page())
    connect(retry_policy=UNJITTERED).get(PATH)
    assert clock.total == pytest.approx(17)


def test_intunes_500_is_tried_twice_more(graph, client):
    graph.on(PATH, Reply(500, error("InternalServerError", "An error has occurred")))
    with pytest.raises(GraphInternalError):
        client.get(PATH)
    assert len(graph.paths()) == 3


def test_a_long_wait_ends_when_the_run_is_cancelled(graph, connect, clock):
    graph.on(PATH, throttled("300"))
    client = connect(stop=lambda: clock.total >= 2)
    with pytest.raises(GraphStopped) as caught:
        client.get(PATH)
    assert clock.total <= 3
    assert caught.value.reason_code == "cancelled_by_person"


def test_a_cancelled_run_sends_nothing_more(graph, connect):
    graph.on(PATH, page())
    with pytest.raises(GraphStopped):
        connect(stop=lambda: True).get(PATH)
    assert graph.paths() == []


def test_closing_the_client_ends_what_still_waits(graph):
    graph.on(PATH, throttled("300"))
    client = GraphClient(connection_to(graph), budget=budget_alone())
    failures = []

    def read():
        try:
            client.get(PATH)
        except GraphStopped as stopped:
            failures.append(stopped)

    thread = threading.Thread(target=read)
    thread.start()
    while PATH not in graph.paths():
        pass
    client.close()
    thread.join(5)
    assert len(failures) == 1


def test_every_request_carries_an_id_of_ours_and_errors_keep_graphs(graph, client):
    graph.on(PATH, Reply(400, error("BadRequest", "no")))
    with pytest.raises(Exception) as caught:
        client.get(PATH)
    sent = next(request for request in graph.seen if request.path == PATH).headers["client-request-id"]
    assert caught.value.facts.client_request_id == sent
    assert caught.value.request_id == "6fa1b6a2-1c93-4d1b-8a43-4c9e26f1a001"


def test_who_owns_the_client_is_told_of_each_wait_before_it_begins(graph, connect, clock):
    """OPS-34: and may stop instead."""
    graph.on(PATH, throttled("60"), page())
    told = []
    stopped = connect(waits=told.append, stop=lambda: bool(told), retry_policy=UNJITTERED)
    with pytest.raises(GraphStopped):
        stopped.get(PATH)
    assert (told, clock.total, len(graph.paths())) == ([60.0], 0, 1)


def test_who_comes_later_is_told_how_long_the_tenant_is_still_quiet(graph, connect, clock):
    graph.on(PATH, throttled("60"), page())
    graph.on(OTHER, page())
    budget, told = TenantBudget(MemoryStore(clock), "Contoso"), []
    with pytest.raises(GraphThrottled):
        connect(budget=budget, retry_policy=RetryPolicy(call_seconds=20)).get(PATH)
    clock.sleep(15.0)
    assert connect(budget=budget, waits=told.append, retry_policy=UNJITTERED).get(OTHER) == {"value": []}
    assert told == [pytest.approx(45.0 - 5.0 * asked) for asked in range(9)]
