"""One table: from what was answered to the reason that a person reads (OPS-11)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tenantpilot.core.reasons import ReasonCatalog
from tenantpilot.core.sanitizing import Failure, failure
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.errors import GraphError
from tests.graph.conftest import connection_to
from tests.graph.scripted import TENANT, Reply, error

PATH = "/beta/deviceManagement/deviceConfigurations"
TOKEN_PATH = f"/{TENANT}/oauth2/v2.0/token"
PLAIN = {"request-id": ""}
HTML = "text/html; charset=utf-8"
INTUNE = (
    '{"_version": 3, "Message": "Request not applicable to target tenant. - Operation ID (for customer support): 0"}'
)


def page_of(status: int, text: str = "<html><h1>Access denied</h1></html>") -> Reply:
    """As a firewall or a proxy writes it."""
    return Reply(status, content=text.encode(), content_type=HTML, headers=PLAIN)


def refusal(code: int) -> Reply:
    """Entra's, at sign-in."""
    return Reply(400, {"error": "invalid_client", "error_codes": [code], "error_description": f"AADSTS{code}: x"})


FROM_GRAPH: list[tuple[str, Reply, str, str]] = [
    (
        "400",
        Reply(400, error("BadRequest", "no")),
        "request_rejected",
        "Graph refused the request with 400 BadRequest.",
    ),
    ("400, odd", Reply(400, {"error": {}}), "request_rejected", "Graph refused the request with 400."),
    ("400, no license", Reply(400, error("BadRequest", INTUNE)), "not_licensed", "no license"),
    (
        "403, no license",
        Reply(403, error("Authentication_RequestFromNonPremiumTenantOrB2CTenant", "no")),
        "not_licensed",
        "no license",
    ),
    ("401", Reply(401, error("InvalidAuthenticationToken", "no")), "token_rejected", "did not accept the token"),
    ("401, portal", page_of(401), "intermediary_answered", "answered 401, and not Graph"),
    ("403", Reply(403, error("Forbidden", "no")), "permission_missing", "lacks a permission: Graph answered 403."),
    ("403, empty", Reply(403), "permission_missing", "lacks a permission"),
    ("403, firewall", page_of(403), "intermediary_answered", "answered 403, and not Graph"),
    ("403, firewall that speaks JSON", Reply(403, {"blocked": 1}, PLAIN), "intermediary_answered", "and not Graph"),
    ("404", Reply(404, error("ResourceNotFound", "no")), "resource_not_found", "it answered 404"),
    ("404, firewall", page_of(404), "intermediary_answered", "answered 404, and not Graph"),
    ("407", page_of(407), "proxy_refused", "The proxy on the way to Microsoft wants a name and a password"),
    ("429", Reply(429, error("TooManyRequests", "slow")), "throttled", "asked to wait longer"),
    ("500", Reply(500, error("InternalServerError", "x")), "graph_error", "with an error of its own (500)"),
    ("502, proxy", page_of(502), "intermediary_answered", "answered 502, and not Graph"),
    ("503", Reply(503, error("ServiceUnavailable", "x")), "graph_error", "with an error of its own (503)"),
    ("200, portal", Reply(200, content=b"<html>", content_type=HTML), "response_unreadable", "could not be read"),
    ("200, NaN", Reply(200, content=b'{"value": NaN}'), "response_unreadable", "could not be read"),
    ("200, 1e400", Reply(200, content=b'{"value": 1e400}'), "response_unreadable", "could not be read"),
    ("200, -Infinity", Reply(200, content=b'{"value": -Infinity}'), "response_unreadable", "could not be read"),
]
FROM_ENTRA: list[tuple[str, Reply, str, str]] = [
    ("secret", refusal(7000215), "client_secret_invalid", "(AADSTS7000215)"),
    ("secret expired", refusal(7000222), "client_secret_expired", "(AADSTS7000222)"),
    ("no application", refusal(700016), "application_not_found", "not known in this tenant"),
    ("disabled", refusal(7000112), "application_disabled", "disabled in this tenant (AADSTS7000112)"),
    ("lapsed", refusal(500014), "subscription_lapsed", "a subscription has lapsed"),
    ("Conditional Access", refusal(53003), "conditional_access_blocked", "A Conditional Access policy"),
    ("blocked", refusal(5000224), "tenant_blocked", "Microsoft has blocked this tenant"),
    ("no tenant", refusal(90002), "tenant_not_found", "does not know this tenant"),
    ("another", refusal(70011), "sign_in_failed", "Signing in to Microsoft Graph failed (AADSTS70011)."),
    ("no code", Reply(400, {"error": "x"}), "sign_in_failed", "Signing in to Microsoft Graph failed."),
    ("firewall", page_of(403), "intermediary_answered", "answered 403, and not Graph"),
    ("proxy", page_of(407), "proxy_refused", "wants a name and a password"),
    ("portal", Reply(200, content=b"<html>", content_type=HTML), "response_unreadable", "could not be read"),
]
ROWS = [(PATH, *row) for row in FROM_GRAPH] + [(TOKEN_PATH, *row) for row in FROM_ENTRA]


@pytest.mark.parametrize(
    ("path", "case", "reply", "code", "words"),
    ROWS,
    ids=[f"{row[1]}-{'entra'[: 5 * (row[0] != PATH)]}" for row in ROWS],
)
def test_what_was_answered_has_its_reason(graph, connect, path, case, reply, code, words):
    """OPS-11: the reason follows from the answer, and its text has a value for everything that it names."""
    graph.on(path, reply)
    told = reason_of(connect)
    assert (told.code, words in told.message) == (code, True), told.message
    assert "None" not in told.message
    assert "unknown" not in told.message
    assert ReasonCatalog.get(code).next_step


FIELD = Path(os.environ.get("TENANTPILOT_SHARED", "../shared")) / "field"
FIELD_ROWS = [
    ("14_no_intune_licence.json", "not_licensed"),
    ("15_application_disabled.json", "application_disabled"),
    ("16_subscription_lapsed.json", "subscription_lapsed"),
    ("17_firewall_page_403.json", "intermediary_answered"),
    ("18_proxy_407.json", "proxy_refused"),
    ("19_graph_answers_500.json", "graph_error"),
]


@pytest.mark.skipif(not FIELD.is_dir(), reason="the inputs from the field are not at hand (TENANTPILOT_SHARED)")
@pytest.mark.parametrize(("name", "code"), FIELD_ROWS)
def test_an_answer_from_the_field_has_its_reason(graph, connect, name, code):
    """OPS-11."""
    case = json.loads((FIELD / name).read_text())
    content = case["body_text"].encode() if "body_text" in case else json.dumps(case["body"]).encode()
    kind = case.get("headers", {}).get("content-type", "application/json")
    graph.on(
        TOKEN_PATH if "token" in case["for"] else PATH,
        Reply(case["status"], content=content, content_type=kind, headers=PLAIN if "body_text" in case else {}),
    )
    assert reason_of(connect).code == code


def test_no_next_attempt_is_made_where_it_would_be_answered_the_same(graph, connect):
    for reply in (page_of(403), page_of(407), Reply(400, error("BadRequest", INTUNE))):
        graph.seen.clear()
        graph.on(PATH, reply)
        reason_of(connect)
        assert len(graph.paths()) == 1


def test_a_network_that_is_broken_is_told_as_one(graph, clock):
    nobody = "http://127.0.0.1:9"
    facts = {"graph_url": nobody, "login_url": nobody, "simulator_origins": frozenset({nobody})}
    with GraphClient(connection_to(graph, **facts), clock=clock) as client:
        told = reason_of(lambda: client)
    assert (told.code, "could not be reached" in told.message) == ("graph_unavailable", True)


def reason_of(connect: Any) -> Failure:
    with pytest.raises(GraphError) as caught:
        connect().get(PATH)
    return failure(caught.value)
