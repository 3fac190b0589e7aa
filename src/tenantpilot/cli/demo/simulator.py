"""The simulated Microsoft Graph: a process of its own, spoken to over HTTP alone."""

import http.client
import json
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tenantpilot.cli.demo.people_and_places import SampleTenant
from tenantpilot.cli.problems import Problem
from tenantpilot.cli.processes.child import ChildSpec

HOST = "127.0.0.1"
# What Microsoft ships with every tenant and an inventory counts: the default scope tag, the device settings,
# 3 authentication strengths, 7 roles, 9 app categories, 4 default rows of enrollment, the default branding.
SHIPPED = 26
READING = ("$batch", "getByIds", "/token")
"""Ends of paths that are asked with POST and change nothing."""


def simulator(
    port: int,
    tenants: Iterable[SampleTenant],
    *,
    state: Path,
    latency_ms: int,
    log: Path | None = None,
    behind: int = 0,
) -> ChildSpec:
    """Return the process. It keeps its tenants in `state`, so that a restart forgets nothing. Raises Problem.

    With `behind`, its clock stands so many seconds before ours until it is moved.
    """
    if find_spec("intunesim") is None:
        raise Problem("The Graph simulator is not installed.", "Run: make setup (or: pip install intunesim)")
    options = ["--port", str(port), "--latency-ms", str(latency_ms), "--state-dir", str(state)]
    options += ["--clock-shift", str(-behind)] if behind else []
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


def move_clock(port: int, seconds: int) -> None:
    """Let so many seconds pass in the simulated Graph. It needs to have begun behind. Raises OSError."""
    control(port, "POST", "/_sim/clock", {"seconds": seconds})


def change_object(port: int, tenant: SampleTenant, path: str, changes: dict[str, str]) -> None:
    """Change an object as Microsoft's portal would. Raises OSError."""
    _ask(port, "PATCH", f"/_sim/tenants/{tenant.name}/objects/{path}", changes)


def delete_object(port: int, tenant: SampleTenant, path: str) -> None:
    """Delete an object as Microsoft's portal would. Raises OSError."""
    _ask(port, "DELETE", f"/_sim/tenants/{tenant.name}/objects/{path}")


def count_writes(port: int, tenant: SampleTenant) -> int:
    """Return the number of requests so far that changed the tenant. Raises OSError."""
    entries = json.loads(_ask(port, "GET", f"/_sim/log?tenant={tenant.entra_tenant_id}"))
    return sum(entry["method"] != "GET" and not entry["path"].endswith(READING) for entry in entries)


def _ask(port: int, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        content = json.dumps(body) if body is not None else None
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer_body = answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise OSError(f"the simulator answered {answer.status} to {method} {path}")
        return answer_body
    finally:
        connection.close()


def control(port: int, method: str, path: str, body: dict[str, Any]) -> None:
    """Change something in a simulated tenant, as people would in its portal. Raises OSError."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status >= http.client.BAD_REQUEST:
            raise OSError(f"the simulator answered {answer.status} to {method} {path}")
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
