"""Microsoft may be out of reach but through a proxy: it sees hosts, and neither tokens nor answers."""

from contextlib import ExitStack

import pytest
from intunesim import Simulator, serving

from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.errors import GraphProxyRefused, GraphUnavailable
from tests.graph.simulated import connection_to_tenant, filled
from tests.tunnels import Proxy

PATH = "/beta/deviceManagement/deviceCategories"
IMPATIENT = RetryPolicy(unavailable_backoff=(), call_seconds=30)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    simulator = Simulator()
    with serving(simulator, tls=tmp_path_factory.mktemp("tls")) as made:
        filled(simulator, policies=8)
        yield made
    simulator.close()


@pytest.fixture
def connect(running):
    with ExitStack() as stack:

        def through(proxy_url: str, **options):
            tenant = next(iter(running.simulator.tenants.values()))
            connection = connection_to_tenant(running, tenant, ca_file=running.authority, proxy_url=proxy_url)
            return stack.enter_context(GraphClient(connection, retry_policy=IMPATIENT, **options))

        yield through


def test_everything_goes_through_the_tunnel_and_nothing_of_it_can_be_read(running, connect):
    with Proxy().at_work() as proxy:
        assert "value" in connect(proxy.url).get(PATH)
    assert {head.split()[0] for head in proxy.heads} == {"CONNECT"}
    assert str(running.port) in proxy.heads[0]
    assert b"deviceCategories" not in proxy.passed
    assert b"authorization" not in bytes(proxy.passed).lower()


def test_a_proxy_that_asks_for_a_password_is_given_it(connect):
    with Proxy(password="pilot:s3cret").at_work() as proxy:
        assert "value" in connect(proxy.url.replace("//", "//pilot:s3cret@")).get(PATH)


def test_a_proxy_that_wants_a_password_says_so(connect):
    with Proxy(password="pilot:s3cret").at_work() as proxy, pytest.raises(GraphProxyRefused):
        connect(proxy.url).get(PATH)


def test_a_proxy_that_is_not_there_is_a_network_that_is_broken(connect):
    proxy = Proxy()
    url = proxy.url
    proxy._socket.close()
    with pytest.raises(GraphUnavailable) as caught:
        connect(url).get(PATH)
    assert caught.value.reason_code == "graph_unavailable"


def test_the_password_of_a_proxy_is_shown_by_no_repr(running):
    tenant = next(iter(running.simulator.tenants.values()))
    assert "s3cret" not in repr(connection_to_tenant(running, tenant, proxy_url="http://pilot:s3cret@proxy:3128"))
