"""Signing in: what Entra refuses becomes a reason code, and no secret is shown (GRAPH C1, S1)."""

import json
import logging
from base64 import b64decode, urlsafe_b64encode
from urllib.parse import parse_qsl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.connection import Certificate, ClientSecret, GraphConnection
from tenantpilot.graph.client.tokens import Token, TokenCache, tokens_of_process
from tenantpilot.graph.errors import (
    GraphForbidden,
    GraphHostRefused,
    GraphResponseUnreadable,
    GraphSignInFailed,
    GraphTokenRejected,
)
from tests.graph.certificates import certificate
from tests.graph.conftest import connection_to
from tests.graph.scripted import CLIENT, TENANT, Reply, error, page

TOKEN_PATH = f"/{TENANT}/oauth2/v2.0/token"
PATH = "/beta/deviceManagement/intents"


def refusal(code: int, status: int = 401) -> Reply:
    text = f"AADSTS{code}: Something about s3cret~value.\r\nTrace ID: 1\r\nCorrelation ID: 2"
    return Reply(status, {"error": "invalid_client", "error_description": text, "error_codes": [code]})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (7000215, "client_secret_invalid"),
        (7000222, "client_secret_expired"),
        (700016, "application_not_found"),
        (90002, "tenant_not_found"),
        (700027, "certificate_invalid"),
        (70011, "sign_in_failed"),
    ],
)
@pytest.mark.parametrize("status", [400, 401])
def test_a_refusal_of_entra_has_its_reason(graph, client, code, reason, status):
    graph.on(TOKEN_PATH, refusal(code, status))
    with pytest.raises(GraphSignInFailed) as caught:
        client.get(PATH)
    assert caught.value.reason_code == reason
    assert caught.value.params == {"aadsts": f"AADSTS{code}"}
    assert caught.value.explanation.startswith(f"AADSTS{code}:")
    assert graph.paths() == []


def test_a_token_is_asked_for_once_and_sent_with_every_request(graph, client):
    graph.on(PATH, page())
    client.get(PATH)
    client.get(PATH)
    assert graph.sign_ins() == 1
    assert {request.headers["authorization"] for request in graph.seen if request.path == PATH} == {"Bearer token-1"}


def test_a_token_that_graph_no_longer_takes_is_renewed_once(graph, client):
    expired = Reply(401, error("InvalidAuthenticationToken", "Access token has expired."))
    graph.on(PATH, expired, page({"id": "1"}))
    assert client.get(PATH)["value"] == [{"id": "1"}]
    assert graph.sign_ins() == 2


def test_a_second_401_is_an_error_and_no_loop(graph, client):
    graph.on(PATH, Reply(401, error("InvalidAuthenticationToken", "no")))
    with pytest.raises(GraphTokenRejected):
        client.get(PATH)
    assert len(graph.paths()) == 2


def test_a_token_is_renewed_before_its_time_is_over(graph, client, clock):
    graph.on(PATH, page())
    client.get(PATH)
    clock.sleep(3300)
    client.get(PATH)
    assert graph.sign_ins() == 2


def test_tokens_are_shared_by_clients_until_the_credential_changes(graph, connect, clock):
    graph.on(PATH, page())
    cache = TokenCache()
    connect(tokens=cache).get(PATH)
    connect(tokens=cache).get(PATH)
    assert graph.sign_ins() == 1
    with GraphClient(connection_to(graph, credential=ClientSecret("other")), tokens=cache, clock=clock) as other:
        other.get(PATH)
    assert graph.sign_ins() == 2


def test_a_throttled_token_endpoint_is_waited_out(graph, client, clock):
    graph.on(TOKEN_PATH, Reply(429, {"error": "throttled"}, {"retry-after": "7"}), graph._give_token)
    graph.on(PATH, page())
    client.get(PATH)
    assert 7 <= clock.total < 10


def test_html_from_the_token_endpoint_is_neither_believed_nor_logged(graph, client, caplog):
    caplog.set_level(logging.DEBUG)
    graph.on(TOKEN_PATH, Reply(content=b"<html>portal canary-1</html>", content_type="text/html"))
    with pytest.raises(GraphResponseUnreadable):
        client.get(PATH)
    assert "canary-1" not in caplog.text


def test_a_key_that_is_no_key_is_a_reason_and_quoted_nowhere(graph, clock):
    broken = Certificate(public_pem="not a certificate canary-2", private_key_pem="canary-3")
    client = GraphClient(connection_to(graph, credential=broken), clock=clock)
    with client, pytest.raises(GraphSignInFailed) as caught:
        client.get(PATH)
    assert caught.value.reason_code == "certificate_invalid"
    assert "canary" not in repr(caught.value) + str(caught.value.__cause__) + str(caught.value.params)


def test_nothing_that_is_printed_shows_a_secret(graph, client, caplog):
    caplog.set_level(logging.DEBUG)
    graph.on(PATH, page())
    client.get(PATH)
    shown = repr(connection_to(graph)) + repr(Certificate("pub", "key-material", "phrase")) + caplog.text
    for secret in ("s3cret~value", "key-material", "phrase", "token-1"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("login", "graph_url"),
    [
        ("https://login.microsoftonline.com", "https://graph.microsoft.us"),
        ("http://login.microsoftonline.com", "http://graph.microsoft.com"),
        ("https://login.microsoftonline.com", "https://169.254.169.254"),
        ("http://localhost:1", "http://localhost:1"),
        ("https://login.microsoftonline.com.evil.example", "https://graph.microsoft.com"),
    ],
)
def test_only_pairs_of_a_cloud_and_named_simulators_are_spoken_to(login, graph_url):
    with pytest.raises(GraphHostRefused):
        GraphConnection(TENANT, CLIENT, ClientSecret("x"), login_url=login, graph_url=graph_url)


@pytest.mark.parametrize(
    ("login", "graph_url"),
    [
        ("https://login.microsoftonline.com/", "https://graph.microsoft.com:443"),
        ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
        ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        ("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_the_national_clouds_are_known(login, graph_url):
    connection = GraphConnection(TENANT, CLIENT, ClientSecret("x"), login_url=login, graph_url=graph_url)
    assert connection.scope == f"{connection.graph_url}/.default"


def forbidden_until(permission_in: str):
    """Graph as it is before and after consent: it is the token that knows."""

    def answer(request):
        knows = request.headers["authorization"] == f"Bearer {permission_in}"
        return page({"id": "1"}) if knows else Reply(403, error("Forbidden", "no"))

    return answer


def test_a_permission_granted_meanwhile_is_found_in_a_new_token(graph, client, clock):
    graph.on(PATH, forbidden_until("token-2"))
    client.sign_in()
    clock.sleep(120)
    assert client.get(PATH)["value"] == [{"id": "1"}]


def test_a_403_to_a_young_token_is_believed(graph, client):
    graph.on(PATH, forbidden_until("token-9"))
    with pytest.raises(GraphForbidden):
        client.get(PATH)
    assert (graph.sign_ins(), len(graph.paths())) == (1, 1)


def test_a_certificate_signs_by_ps256_and_is_named_by_its_sha256(graph, clock):
    public, private = certificate()
    graph.on(PATH, page())
    with GraphClient(connection_to(graph, credential=Certificate(public, private)), clock=clock) as client:
        client.get(PATH)
    form = dict(parse_qsl(graph.seen[0].body))
    header = json.loads(b64decode(form["client_assertion"].split(".")[0] + "=="))
    digest = x509.load_pem_x509_certificate(public.encode()).fingerprint(hashes.SHA256())
    assert header["alg"] == "PS256"
    assert header["x5t#S256"].rstrip("=") == urlsafe_b64encode(digest).decode().rstrip("=")
    assert form["scope"] == "https://graph.microsoft.com/.default"
    assert private not in repr(client)


@pytest.mark.parametrize("_order", ["first", "second"])
def test_no_test_meets_a_token_of_another(_order):
    assert tokens_of_process().get("a connection to a port that is used again") is None
    tokens_of_process().put("a connection to a port that is used again", Token("a token", renew_at=float("inf")))
