"""Every refusal has its type; what is stored comes from an allow-list (GRAPH C5, OPS-12)."""

import json

import pytest

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.core.sanitizing import failure
from tenantpilot.graph import errors
from tenantpilot.graph.client.answers import KNOWN_CODES, unwrapped
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.errors import (
    GraphConflict,
    GraphDeadlineExceeded,
    GraphError,
    GraphForbidden,
    GraphIncompleteRead,
    GraphInternalError,
    GraphNotFound,
    GraphRejected,
    GraphResponseUnreadable,
    GraphResyncRequired,
    GraphSignInFailed,
    GraphThrottled,
    GraphTokenRejected,
    GraphUnavailable,
)
from tests.graph.scripted import REQUEST_ID, Reply, error

PATH = "/beta/deviceManagement/intents"
INTUNE_MESSAGE = json.dumps(
    {
        "_version": 3,
        "Message": "Scope Tags validation failed - Operation ID (for customer support): 1 - Activity ID: 2 - Url: https://x",
        "RetryAfter": None,
    },
    indent=2,
)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, GraphRejected),
        (401, GraphTokenRejected),
        (403, GraphForbidden),
        (404, GraphNotFound),
        (405, GraphRejected),
        (409, GraphConflict),
        (410, GraphResyncRequired),
        (412, GraphConflict),
        (415, GraphRejected),
        (422, GraphRejected),
        (423, GraphConflict),
        (429, GraphThrottled),
        (500, GraphInternalError),
        (501, GraphRejected),
        (503, GraphUnavailable),
        (504, GraphUnavailable),
        (509, GraphThrottled),
        (599, GraphUnavailable),
    ],
)
def test_a_status_has_its_error(graph, connect, status, kind):
    graph.on(PATH, Reply(status, error("BadRequest", "no")))
    with pytest.raises(kind) as caught:
        connect(retry_policy=RetryPolicy(call_seconds=5)).get(PATH)
    assert type(caught.value) is kind
    assert caught.value.facts.status == status


def test_intunes_message_is_unwrapped_for_people_and_kept_out_of_what_is_stored(graph, client):
    graph.on(PATH, Reply(400, error("BadRequest", INTUNE_MESSAGE)))
    with pytest.raises(GraphRejected) as caught:
        client.get(PATH)
    assert caught.value.explanation == "Scope Tags validation failed"
    assert caught.value.params == {"status": 400, "graph_code": "BadRequest", "request_id": REQUEST_ID}
    assert "Scope Tags" not in str(caught.value)


def test_the_inner_message_of_conditional_access_is_shown_too(graph, client):
    inner = {"message": "1012: 'applications' cannot include All"}
    graph.on(PATH, Reply(400, error("BadRequest", "malformed", inner)))
    with pytest.raises(GraphRejected) as caught:
        client.get(PATH)
    assert caught.value.explanation == "malformed 1012: 'applications' cannot include All"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"error": "text"},
        {"error": {"code": "", "message": None}},
        {"error": {"code": ["x"], "innererror": {"request-id": "not an id", "code": "sk-SECRET"}}},
        {"error": {"code": "Password=hunter2", "message": {"x": 1}, "innerError": []}},
    ],
)
def test_an_error_in_an_odd_shape_is_still_an_error_and_leaks_nothing(graph, client, body):
    graph.on(PATH, Reply(400, body, {"request-id": "canary"}))
    with pytest.raises(GraphRejected) as caught:
        client.get(PATH)
    assert caught.value.params == {"status": 400}


def test_a_code_that_is_not_known_is_not_stored_and_a_nested_one_is_found(graph, client):
    body = {"error": {"code": "hunter2", "message": "", "innererror": {"code": "Forbidden"}}}
    graph.on(PATH, Reply(403, body))
    with pytest.raises(GraphForbidden) as caught:
        client.get(PATH)
    assert caught.value.params["graph_code"] == "Forbidden"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (INTUNE_MESSAGE, "Scope Tags validation failed"),
        ("plain", "plain"),
        ("{ not json", "{ not json"),
        ('{"Message": 7}', '{"Message": 7}'),
        ("", ""),
    ],
)
def test_messages_are_unwrapped(message, text):
    assert unwrapped(message) == text


def every_kind(kind: type[GraphError] = GraphError) -> list[type[GraphError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in every_kind(child))]


@pytest.mark.parametrize("kind", every_kind())
def test_every_error_has_a_reason_of_the_catalogue(kind):
    assert ReasonCatalog.knows(kind.reason_code)


def test_every_reason_of_signing_in_is_of_the_catalogue():
    from tenantpilot.graph.client.tokens import REASONS

    assert all(ReasonCatalog.knows(reason) for reason in REASONS.values())


def test_a_failure_made_of_an_error_reads_well():
    told = failure(GraphIncompleteRead(stated=26, item_count=25))
    assert (told.code, told.message) == (
        "incomplete_read",
        "Graph stated 26 objects and delivered 25: not the whole list.",
    )
    assert "AADSTS7000215" in failure(GraphSignInFailed("client_secret_invalid", aadsts="AADSTS7000215")).message


def test_slow_and_unreadable_answers_count_as_unavailable_for_whoever_only_wants_to_try_later():
    assert issubclass(GraphDeadlineExceeded, GraphUnavailable)
    assert issubclass(GraphResponseUnreadable, GraphUnavailable)
    assert errors.GraphStopped.reason_code == "cancelled_by_person"
    assert "hunter2" not in KNOWN_CODES
