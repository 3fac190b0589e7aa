"""What the tests share: a simulator over real HTTP, two tenants, and a client that has signed in."""

from __future__ import annotations

import os
import signal
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from intunesim import DEFAULT_SECRET, Running, Simulator, Tenant, VirtualClock, serving

# Making one takes longer than most tests here, and none of them needs more than one.
CONTEXT = ssl.create_default_context()
SCOPE = "https://graph.microsoft.com/.default"


def pytest_configure() -> None:
    """Started in the background, a shell has us and all our children ignore Ctrl-C; tests of it need it heard."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Client(httpx.Client):
    """Speaks HTTP to the simulator on behalf of an application."""

    def token(self, tenant: Tenant | str, **form: str) -> httpx.Response:
        """Ask for a token; the form may be changed."""
        name = tenant if isinstance(tenant, str) else tenant.id
        client_id = "" if isinstance(tenant, str) else tenant.application.client_id
        fields = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": DEFAULT_SECRET,
            "scope": SCOPE,
            **form,
        }
        return self.post(f"/{name}/oauth2/v2.0/token", data={k: v for k, v in fields.items() if v})

    def sign_in(self, tenant: Tenant, **form: str) -> Client:
        """Use a fresh token from now on."""
        answer = self.token(tenant, **form)
        assert answer.status_code == 200, answer.text
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def values(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        answer = self.get(path, params=params or None)
        found: list[dict[str, Any]] = []
        while True:
            assert answer.status_code == 200, answer.text
            found += answer.json()["value"]
            link = answer.json().get("@odata.nextLink")
            if link is None:
                return found
            answer = self.get(link)

    def made(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Create an object that must be accepted."""
        answer = self.post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def simulator(clock: VirtualClock) -> Simulator:
    return Simulator(clock=clock)


@pytest.fixture
def contoso(simulator: Simulator) -> Tenant:
    return simulator.add_tenant("Contoso")


@pytest.fixture
def fabrikam(simulator: Simulator) -> Tenant:
    return simulator.add_tenant("Fabrikam")


@pytest.fixture
def running(simulator: Simulator) -> Iterator[Running]:
    with serving(simulator) as served:
        yield served


@pytest.fixture
def connect(running: Running) -> Iterator[Callable[[Tenant | None], Client]]:
    """A client for a tenant, signed in; or for none."""
    clients: list[Client] = []

    def connected(tenant: Tenant | None = None) -> Client:
        client = Client(base_url=running.url, trust_env=False, timeout=60, verify=CONTEXT)
        clients.append(client)
        return client.sign_in(tenant) if tenant else client

    yield connected
    for client in clients:
        client.close()


@pytest.fixture
def graph(connect: Callable[[Tenant | None], Client], contoso: Tenant) -> Client:
    """An application of Contoso that may do everything."""
    return connect(contoso)


@pytest.fixture
def shared() -> Path:
    """The folder with public facts and real policies, which do not ship with the package."""
    folder = os.environ.get("TENANTPILOT_SHARED")
    if not folder:
        pytest.skip("TENANTPILOT_SHARED does not name the folder with the real policies")
    return Path(folder)


@pytest.fixture
def another() -> Iterator[Callable[..., tuple[Simulator, Tenant, Client]]]:
    """A simulator with options of its own, its tenant, and a client that has signed in."""
    with ExitStack() as stack:

        def made(**options: Any) -> tuple[Simulator, Tenant, Client]:
            simulator = Simulator(**{"clock": VirtualClock(), **options})
            tenant = simulator.add_tenant("Contoso")
            running = stack.enter_context(serving(simulator))
            client = stack.enter_context(Client(base_url=running.url, trust_env=False, timeout=60, verify=CONTEXT))
            return simulator, tenant, client.sign_in(tenant)

        yield made
