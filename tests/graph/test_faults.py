"""Every way in which HTTP can go wrong, for every kind of call: classified, and ended in time.

The server is a real socket; the faults are those of RELIABILITY, section 5.
"""

import gzip
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tenantpilot.graph.client.batch import Read
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.errors import (
    GraphDeadlineExceeded,
    GraphError,
    GraphGatewayFailed,
    GraphIncompleteRead,
    GraphIntercepted,
    GraphResponseUnreadable,
    GraphUnavailable,
)
from tests.graph.conftest import connection_to
from tests.graph.scripted import TENANT, Handler, Raw, Reply, page

PATH = "/beta/deviceManagement/intents"
TOKEN_PATH = f"/{TENANT}/oauth2/v2.0/token"
PATIENT = RetryPolicy(unavailable_backoff=(), internal_error_backoff=())
IMPATIENT = replace(PATIENT, read_seconds=0.15, attempt_seconds=0.2)
"""For what lasts: on a busy machine a sound answer may take longer."""
IN_TIME = 30.0
"""Even on a busy machine; a fault that lasts goes on until the test is over, or for two minutes."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def drip_of_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    _drip(handler)


def drip_of_body(handler: Handler) -> None:
    handler.wfile.write(HEAD + b"content-length: 100000\r\n\r\n")
    _drip(handler)


def _drip(handler: Handler) -> None:
    for _ in range(2_400):
        handler.wfile.write(b" ")
        if handler.graph.over.wait(0.05):
            return


def silence(handler: Handler) -> None:
    handler.graph.over.wait(120)
    handler.close_connection = True


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def closed_without_a_word(handler: Handler) -> None:
    handler.close_connection = True


def cut(handler: Handler) -> None:
    handler.wfile.write(HEAD + b'content-length: 4000\r\n\r\n{"value": [')
    handler.close_connection = True


def last_chunk_missing(handler: Handler) -> None:
    handler.wfile.write(HEAD + b'transfer-encoding: chunked\r\n\r\nd\r\n{"value": []}\r\n')
    handler.close_connection = True


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n")
    handler.close_connection = True


HTML = Reply(content=b"<html>Sign in to the network</html>", content_type="text/html")
HALF_A_DOCUMENT = Reply(content=b'{"value": [{"id": "1"')
NO_OBJECT = Reply(content=b'["value"]')
NO_TEXT = Reply(content=b'{"value": "\xff\xfe"}')
TOO_DEEP = Reply(content=b"[" * 200_000)
NOT_GZIP = Reply(content=b"no gzip at all", headers={"content-encoding": "gzip"})
HALF_A_GZIP = Reply(content=gzip.compress(b'{"value": []}' * 99)[:40], headers={"content-encoding": "gzip"})
ELSEWHERE = Reply(302, headers={"location": "http://169.254.169.254/latest/meta-data"})

FAULTS: list[tuple[str, Any, type[GraphError]]] = [
    ("drip of headers", Raw(drip_of_headers), GraphDeadlineExceeded),
    ("drip of body", Raw(drip_of_body), GraphDeadlineExceeded),
    ("silence", Raw(silence), GraphDeadlineExceeded),
    ("reset", Raw(reset), GraphUnavailable),
    ("closed without a word", Raw(closed_without_a_word), GraphUnavailable),
    ("cut", Raw(cut), GraphUnavailable),
    ("last chunk missing", Raw(last_chunk_missing), GraphUnavailable),
    ("no HTTP", Raw(no_http), GraphUnavailable),
    ("html with 200", HTML, GraphResponseUnreadable),
    ("half a document", HALF_A_DOCUMENT, GraphResponseUnreadable),
    ("no object", NO_OBJECT, GraphResponseUnreadable),
    ("no text", NO_TEXT, GraphResponseUnreadable),
    ("too deep", TOO_DEEP, GraphResponseUnreadable),
    ("no gzip", NOT_GZIP, GraphResponseUnreadable),
    ("half a gzip", HALF_A_GZIP, GraphResponseUnreadable),
    ("redirect", ELSEWHERE, GraphResponseUnreadable),
    ("gateway", Reply(503, content=b"<html>"), GraphGatewayFailed),
    ("firewall", Reply(403, content=b"<html>", content_type="text/html"), GraphIntercepted),
    ("portal", Reply(401, content=b"<html>", content_type="text/html"), GraphIntercepted),
]


def second_page(client: GraphClient) -> None:
    list(client.iterate(f"{PATH}/first"))


def batch(client: GraphClient) -> None:
    (outcome,) = client.batch([Read(PATH)])
    if isinstance(outcome, GraphError):
        raise outcome


CALLS: list[tuple[str, str, Callable[[GraphClient], Any]]] = [
    ("sign-in", TOKEN_PATH, lambda client: client.sign_in()),
    ("get", PATH, lambda client: client.get(PATH)),
    ("second page", PATH, second_page),
    ("batch", "/beta/$batch", batch),
    ("repeatable write", PATH, lambda client: client.send("PATCH", PATH, {"a": 1})),
    ("write tried once", PATH, lambda client: client.send_once("POST", PATH, {"a": 1})),
]


@pytest.mark.parametrize(("fault", "answer", "kind"), FAULTS, ids=[fault[0] for fault in FAULTS])
@pytest.mark.parametrize(("call", "path", "act"), CALLS, ids=[call[0] for call in CALLS])
def test_a_fault_is_classified_and_ends_in_time(graph, connect, fault, answer, kind, call, path, act):
    graph.on(path, answer)
    graph.on(f"{PATH}/first", page({"id": "0"}, next_link=f"{graph.url}{PATH}"))
    began = time.monotonic()
    with pytest.raises(GraphError) as caught:
        act(connect(retry_policy=IMPATIENT if kind is GraphDeadlineExceeded else PATIENT))
    assert type(caught.value) is kind
    assert time.monotonic() - began < IN_TIME


@pytest.mark.parametrize("drip", [drip_of_headers, drip_of_body])
def test_a_drip_never_trips_a_read_timeout_and_yet_ends_with_the_exchange(graph, connect, drip):
    graph.on(PATH, Raw(drip))
    client = connect(retry_policy=replace(PATIENT, read_seconds=60))
    client.sign_in()
    client.retry_policy = replace(PATIENT, attempt_seconds=1.0)
    began = time.monotonic()
    with pytest.raises(GraphDeadlineExceeded):
        client.get(PATH)
    assert 0.9 < time.monotonic() - began < IN_TIME


@pytest.mark.parametrize(("call", "path", "act"), CALLS[:4], ids=[call[0] for call in CALLS[:4]])
def test_an_answer_without_a_body_is_unreadable_where_one_was_asked_for(graph, connect, call, path, act):
    graph.on(path, Reply(200))
    graph.on(f"{PATH}/first", page({"id": "0"}, next_link=f"{graph.url}{PATH}"))
    with pytest.raises(GraphResponseUnreadable):
        act(connect(retry_policy=PATIENT))


def test_a_fault_that_passes_is_survived_by_what_may_be_repeated(graph, connect):
    flaky = [Raw(reset), Raw(cut), HTML, Reply(200), Reply(503), page({"id": "1"})]
    graph.on(PATH, *flaky)
    assert connect().get(PATH)["value"] == [{"id": "1"}]
    graph.on(PATH, Raw(reset), Reply(204))
    assert connect().send("PATCH", PATH, {"a": 1}).status == 204


@pytest.mark.parametrize("fault", [Raw(reset), Raw(cut), HTML, Reply(503), Reply(504), Reply(429), Reply(500)])
def test_a_write_that_may_have_been_applied_is_never_sent_twice_in_silence(graph, client, fault):
    graph.on(PATH, fault, Reply(201, {"id": "1"}))
    with pytest.raises(GraphError):
        client.send_once("POST", PATH, {"displayName": "A"})
    assert len(graph.paths()) == 1


@pytest.mark.parametrize("pages", [1, 2])
def test_a_duplicate_or_looping_link_ends_the_reading(graph, connect, pages):
    link = f"{graph.url}{PATH}?$skip=1"
    graph.on(PATH, *[page({"id": str(n)}, next_link=f"{link}{n % pages}") for n in range(6)])
    with pytest.raises(GraphIncompleteRead):
        list(connect(retry_policy=PATIENT).iterate(PATH))
    assert len(graph.paths()) <= pages + 1


def test_a_server_that_is_not_there_is_unavailable(graph, clock):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    facts = {"graph_url": url, "login_url": graph.url, "simulator_origins": frozenset({url, graph.url})}
    with GraphClient(connection_to(graph, **facts), clock=clock) as client, pytest.raises(GraphUnavailable):
        client.get(PATH)
    assert clock.total >= 15  # all its backoff


def test_a_gateway_that_is_unwell_is_asked_over_a_new_connection(graph, connect):
    ports: list[int] = []

    def answer(reply: Reply) -> Raw:
        def act(handler: Handler) -> None:
            ports.append(handler.client_address[1])
            handler.send_reply(reply)

        return Raw(act)

    graph.on(PATH, answer(page()), answer(Reply(503)), answer(page()))
    client = connect(concurrency=1)
    client.get(PATH)
    client.get(PATH)
    assert ports[0] == ports[1] != ports[2]


def test_a_gzip_answer_is_read(graph, client):
    graph.on(PATH, Reply(content=gzip.compress(b'{"value": []}'), headers={"content-encoding": "gzip"}))
    assert client.get(PATH) == {"value": []}
