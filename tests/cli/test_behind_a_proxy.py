"""Web processes behind a proxy on another address: scheme, client, limits and `/metrics` (SEC-08)."""

from functools import partial
from pathlib import Path

import httpx
import pytest

from tenantpilot.audit.models import AuditLog
from tenantpilot.cli.checks.finding import Check
from tenantpilot.cli.checks.public import the_public_address_leads_here
from tenantpilot.tenancy.attempts import WIDE, Purpose
from tenantpilot.tenancy.models import User
from tests.cli.kit import running
from tests.cli.proxies import HOST, Visitor, ask, proxy
from tests.people import PASSWORD
from tests.ports import free_port

PROXY, STRANGER = "127.0.0.2", "127.0.0.66"
PEOPLE = [f"person{number}@contoso.example" for number in range(4)]


@pytest.fixture
def servers(installation, tmp_path):
    """Two web servers, each of two processes, that trust one proxy."""
    for address in PEOPLE:
        User.objects.create_user(address, PASSWORD, display_name=address)
    settings = {**installation, "ALLOWED_HOSTS": HOST, "HTTPS": "1", "TRUSTED_PROXIES": PROXY}
    ports = [free_port(), free_port()]
    first, second = (running("web", "--port", str(port), output=tmp_path / f"web-{port}", **settings) for port in ports)
    for server in (first, second):
        server.environment["DJANGO_SETTINGS_MODULE"] = "tests.cli.quick_passwords"
    with first, second:
        for server, port in ((first, ports[0]), (second, ports[1])):
            server.until(lambda port=port: answers(port))
        yield ports


def answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz", source="127.0.0.1").status == 200
    except OSError:
        return False


def test_sec_08_two_hundred_wrong_sign_ins_of_one_client_keep_nobody_else_out(servers):
    """With another X-Forwarded-For each time, at both servers in turn, half of them at people that exist."""
    with proxy(PROXY, *servers) as front:
        stranger = Visitor(front.port, STRANGER)
        stranger.open_sign_in()
        accounts = [PEOPLE[number % 4] if number % 2 else f"nobody{number}@contoso.example" for number in range(200)]
        pages = [
            stranger.sign_in(account, "wrong", **{"X-Forwarded-For": f"203.0.113.{number}"})
            for number, account in enumerate(accounts)
        ]
        assert {page.status for page in pages} == {200}
        refused = sum(b"Too many attempts" in page.body for page in pages)
        assert refused >= 200 - WIDE[Purpose.SIGN_IN].most
        assert signed_in(stranger, PEOPLE[0]) is False
        for number, address in enumerate(PEOPLE):
            visitor = Visitor(front.port, f"127.0.0.{10 + number}")
            page = visitor.open_sign_in()
            assert "max-age" in page.header("Strict-Transport-Security")
            assert "Secure" in page.header("Set-Cookie")
            assert signed_in(visitor, address)
            visitor.token = ""
            assert visitor.sign_in(address, PASSWORD).status == 403
    actions = list(AuditLog.objects.values_list("action", flat=True))
    assert actions.count("person.sign_in_failed") == 200 - refused
    assert actions.count("person.signed_in") == len(PEOPLE)


def signed_in(visitor: Visitor, address: str) -> bool:
    answer = visitor.sign_in(address, PASSWORD)
    return answer.status == 302 and "tenantpilot_session" in answer.header("Set-Cookie")


@pytest.mark.same_on_both  # headers
def test_what_a_stranger_says_of_scheme_and_address_is_not_believed_and_metrics_are_for_this_machine(servers):
    port = servers[0]
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}
    page = ask(port, "GET", "/auth/login/", forged, source="127.0.0.3")
    assert page.header("Strict-Transport-Security") == ""
    assert ask(port, "GET", "/metrics", forged, source="127.0.0.3").status == 403
    assert ask(port, "GET", "/metrics", source="127.0.0.1").status == 200
    with proxy(PROXY, port, says_client=False) as front:
        assert ask(front.port, "GET", "/metrics", source="127.0.0.1").status == 403

    # A body above the limit, as a file, which Django would take whatever its length: refused before it is read.
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(2**30)}
    answer = ask(port, "POST", "/auth/login/", headers, source="127.0.0.1")
    assert answer.status == 413
    assert b"Nothing was changed" in answer.body


class EndOfTls(httpx.HTTPTransport):
    """In the place of TLS and of a name server: the port of the address is the proxy's on this machine."""

    def handle_request(self, request):
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1")
        return super().handle_request(request)


@pytest.mark.same_on_both  # headers
def test_doctor_looks_through_the_public_address_at_every_proxy_in_between(servers, installation, settings):
    """The right proxy, and four that are set up wrong; the web servers are real."""
    settings.SECRET_KEY = (Path(installation["DATA_DIR"]) / "secret.key").read_text().strip()

    def look(host: str, port: int) -> str:
        settings.PUBLIC_ADDRESS = f"https://{host}:{port}" if host else ""
        finding = Check("public address", partial(the_public_address_leads_here, EndOfTls())).run()
        return f"{finding.verdict.value}: {finding.says}"

    with (
        proxy(PROXY, *servers) as right,
        proxy("127.0.0.9", servers[0]) as unknown,
        proxy(PROXY, servers[0], says_client=False) as silent,
        proxy(PROXY, servers[0], passes_on=True) as careless,
    ):
        found = look(HOST, right.port)
        assert found.endswith("leads here through the proxy 127.0.0.2; we are 127.0.0.1")
        assert "does not believe 127.0.0.9" in look(HOST, unknown.port)
        assert "does not say for whom it asks" in look(HOST, silent.port)
        assert "can pose as any address" in look(HOST, careless.port)
        assert "refuses the host other.example" in look("other.example", right.port)
    assert "does not answer" in look(HOST, free_port())
    assert look("", 0).startswith("not_checked")
    assert ask(servers[0], "GET", "/arrival?proof=forged", source="127.0.0.1").status == 404
