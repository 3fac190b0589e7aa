"""The simulated Microsoft Graph: a process of its own, spoken to over HTTP alone."""

import http.client
import json
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from tenantpilot.cli.demo.people_and_places import SampleTenant
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.processes.child import ChildSpec

HOST = "127.0.0.1"
# What Microsoft ships with every tenant and an inventory counts: the default scope tag, the device settings,
# 3 authentication strengths, 7 roles, 9 app categories, 4 default rows of enrollment, the default branding.
SHIPPED = 26


def simulator(
    port: int, tenants: Iterable[SampleTenant], *, state: Path, latency_ms: int, log: Path | None = None
) -> ChildSpec:
    """It keeps its tenants in `state`, so that a restart forgets nothing. Raises Problem."""
    if find_spec("intunesim") is None:
        raise Problem("The Graph simulator is not installed.", "Run: make setup (or: pip install intunesim)")
    options = ["--port", str(port), "--latency-ms", str(latency_ms), "--state-dir", str(state)]
    generated = [part for tenant in tenants for part in ("--generate", _described(tenant))]
    return ChildSpec("simulator", (sys.executable, "-m", "intunesim", "serve", *options, *generated), log)


def address(port: int) -> str:
    return f"http://{HOST}:{port}"


def set_latency(port: int, milliseconds: int) -> None:
    """Set the latency of every call from now on. Raises OSError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        body = json.dumps({"latency_ms": milliseconds})
        connection.request("PATCH", "/_sim/settings", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
    finally:
        connection.close()


def answers(port: int, path: str) -> bool:
    """Return True if a server on this machine answers this path with success."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _described(tenant: SampleTenant) -> str:
    requests = {
        "name": tenant.name,
        "policies": tenant.policies - tenant.groups - SHIPPED,
        "groups": tenant.groups,
        "seed": tenant.seed,
        "tenant_id": tenant.entra_tenant_id,
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
    }
    return ",".join(f"{name}={value}" for name, value in requests.items())
