"""Many calls at once, bounded, each with its own outcome."""

import threading
import time

import pytest

from tenantpilot.graph.errors import GraphForbidden
from tests.graph.scripted import Reply, error, page


def path(number: int) -> str:
    return f"/beta/deviceManagement/intents/{number}"


def test_no_more_requests_are_under_way_than_allowed_however_calls_are_nested(graph, connect):
    under_way, most, lock, several_came = 0, 0, threading.Lock(), threading.Event()

    def slow(_request):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
            if under_way > 1:
                several_came.set()
        several_came.wait(60)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return page()

    for number in range(24):
        graph.on(path(number), slow)
    client = connect(concurrency=4)

    def several(first: int):
        inner = {number: (lambda n=number: client.get(path(n))) for number in range(first, first + 6)}
        return dict(client.together(inner))

    outer = dict(client.together({first: (lambda f=first: several(f)) for first in range(0, 24, 6)}))
    assert sum(len(inner) for inner in outer.values()) == 24
    assert 2 <= most <= 4


def test_a_graph_error_is_an_outcome_and_a_bug_is_raised(graph, client):
    graph.on(path(1), Reply(403, error("Forbidden", "no")))
    graph.on(path(2), page())
    outcomes = dict(client.together({n: (lambda n=n: client.get(path(n))) for n in (1, 2)}))
    assert isinstance(outcomes[1], GraphForbidden)
    assert outcomes[2] == {"value": []}

    def bug():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(client.together({1: bug, 2: bug}))


def test_outcomes_come_as_they_are_ready(graph, client):
    gate = threading.Event()

    def late(_request):
        gate.wait(60)
        return page()

    graph.on(path(1), late)
    graph.on(path(2), page())
    outcomes = client.together({n: (lambda n=n: client.get(path(n))) for n in (1, 2)})
    assert next(outcomes)[0] == 2
    gate.set()
    assert next(outcomes)[0] == 1
