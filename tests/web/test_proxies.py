"""Whose word is taken for where a request came from, and what every page carries (SEC-08)."""

from ipaddress import ip_network

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tenantpilot.web.frame.proxies import TrustedProxyMiddleware, client_address, was_forwarded

PROXY, SECOND, CLIENT, FORGED = "10.0.0.5", "10.1.2.3", "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def trusted(settings):
    settings.TRUSTED_PROXIES = [ip_network(text) for text in ("10.0.0.5", "10.1.0.0/16", "::1", "2001:db8::/32")]


@pytest.fixture
def seen(rf):
    """seen(peer, header=value) answers what a view finds."""

    def ask(peer: str, **headers: str):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        found = []
        TrustedProxyMiddleware(lambda request: found.append(request) or HttpResponse())(
            rf.get("/", REMOTE_ADDR=peer, headers=names)
        )
        return found[0]

    return ask


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        (CLIENT, FORGED, CLIENT),
        (CLIENT, "", CLIENT),
        (PROXY, CLIENT, CLIENT),
        (PROXY, "", PROXY),
        (PROXY, f"{FORGED}, {CLIENT}", CLIENT),
        (PROXY, f"{FORGED}, {CLIENT}, {SECOND}", CLIENT),
        (PROXY, f"{FORGED}, {SECOND}", FORGED),
        (PROXY, f"{PROXY}, {SECOND}", PROXY),
        (PROXY, f"{CLIENT}:5555", CLIENT),
        (PROXY, "[2001:db9::7]:443", "2001:db9::7"),
        (PROXY, f"::ffff:{CLIENT}", CLIENT),
        (f"::ffff:{PROXY}", CLIENT, CLIENT),
        ("2001:db8::1", CLIENT, CLIENT),
        (PROXY, f"{CLIENT}, unknown", PROXY),
        (PROXY, f"{CLIENT}, unknown, {SECOND}", SECOND),
        (PROXY, "<script>", PROXY),
        (PROXY, ",,,", PROXY),
        ("", CLIENT, ""),
    ],
)
def test_the_clients_address_is_the_last_one_that_no_trusted_proxy_stands_for(seen, peer, said, client):
    assert client_address(seen(peer, X_Forwarded_For=said)) == client


@pytest.mark.parametrize(
    ("peer", "said", "is_secure"),
    [
        (PROXY, "https", True),
        (PROXY, "HTTPS", True),
        (PROXY, "http, https", True),
        (PROXY, "https, http", False),
        (PROXY, "gopher", False),
        (PROXY, "", False),
        (CLIENT, "https", False),
    ],
)
def test_the_scheme_is_what_the_nearest_trusted_proxy_says(seen, peer, said, is_secure):
    assert seen(peer, X_Forwarded_Proto=said).is_secure() is is_secure


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"]
)
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", PROXY])
def test_metrics_without_a_token_are_for_this_machine_and_for_no_request_of_a_proxy(client, db, header, peer):
    address = reverse("metrics")
    assert client.get(address, REMOTE_ADDR=peer, headers={header: "https"}).status_code == 403
    assert client.get(address, REMOTE_ADDR=peer).status_code == (403 if peer == PROXY else 200)


def test_what_was_forwarded_is_known_and_its_headers_are_gone(seen):
    request = seen(CLIENT, X_Forwarded_Host="evil.example", Forwarded="for=1.2.3.4")
    assert was_forwarded(request)
    assert not {"X-Forwarded-Host", "Forwarded"} & set(request.headers)


def test_private_pages_are_kept_by_no_cache_and_take_nothing_from_the_browser(signed_in, client, alice, contoso):
    browser = signed_in(alice)
    answers = [browser.get(path) for path in ("/admin/t/contoso/", "/admin/activity/", "/admin/t/nowhere/", "/")]
    answers += [client.get("/auth/login/"), client.get("/admin/")]
    for answer in answers:
        assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))
        assert "camera=()" in answer.headers["Permissions-Policy"]


def test_a_body_above_the_limit_is_refused_whatever_it_says_it_is(client, db, settings):
    settings.REQUEST_MAX_BYTES = 1000
    assert client.post("/auth/login/", b"x" * 1001, content_type="multipart/form-data; boundary=x").status_code == 413
    assert client.post("/auth/login/", {"login": "x"}).status_code == 200
