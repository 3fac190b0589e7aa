"""Capture: everything of a tenant of 2,000 policies, beside IntuneCD, under Microsoft's limits and 100 ms latency.

Both read a tenant of their own at one simulator, one after the other, so that neither uses the other's limits. IntuneCD
runs unchanged from a virtual environment of its own, whose folder INTUNECD_ENVIRONMENT names; without it only our own
figures are told. A ratio is IntuneCD's seconds against ours. We capture twice, before it and after it, when the limits
are free again; the faster counts. What binds us is told with it: the busiest pool of limits.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.table import Row
from tenantpilot.graph.client.budget import ALLOWANCES
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.connection import ClientSecret, GraphConnection
from tenantpilot.graph.client.services import service_of
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.read.full import read_types_whole

POLICIES, LATENCY_MS = 2000, 100
GUEST = Path(__file__).parents[1] / "packages/intunesim/tests/clients/intunecd"
ENVIRONMENT = Path(os.environ.get("INTUNECD_ENVIRONMENT", ".intunecd"))


@dataclass(frozen=True)
class Capture:
    """How one program read a whole tenant."""

    seconds: float
    objects: int
    http: int
    """Requests over the network; a batch is one."""
    counted: int
    """Requests as Graph counts them; each part of a batch is one."""
    throttled: int
    busiest: str = ""

    def told(self) -> str:
        return (
            f"{self.seconds:.1f} s, {self.objects} objects, {self.http} requests, {self.counted} counted, "
            f"{self.throttled} answered 429{self.busiest}"
        )


def rows() -> list[Row]:
    with _simulator() as url:
        ours, theirs = _tenants(url)
        mine = _our_capture(url, ours)
        other = _capture_of_intunecd(url, theirs) if ENVIRONMENT.exists() else None
        if other is not None:
            mine = min(mine, _our_capture(url, ours), key=lambda capture: capture.seconds)
    if other is None:
        print(f"IntuneCD is not installed in {ENVIRONMENT}: our own figures alone", file=sys.stderr)
        return [Row("full capture, 429 answers", "none", mine.throttled, "≤ 0", mine.told())]
    return [
        Row("full capture, 2,000 policies", "IntuneCD", other.seconds / mine.seconds, "≥ 10", mine.told()),
        Row("the same, requests counted", "IntuneCD", other.counted / mine.counted, "≥ 4", f"theirs: {other.told()}"),
        Row("full capture, 429 answers", "none", mine.throttled, "≤ 0", "under real limits"),
    ]


@contextmanager
def _simulator() -> Iterator[str]:
    command = [sys.executable, "-m", "intunesim", "serve", "--port", "0", "--limits", "real"]
    command += [part for name in ("ours", "theirs") for part in ("--generate", f"name={name},policies={POLICIES}")]
    command += ["--latency-ms", str(LATENCY_MS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "serves Microsoft Graph on" in line)
        yield line.split()[-1]
    finally:
        process.terminate()
        process.wait(10)


def _tenants(url: str) -> list[dict[str, str]]:
    with urlopen(f"{url}/_sim/") as answer:
        tenants: list[dict[str, str]] = json.load(answer)["tenants"]
    return sorted(tenants, key=lambda tenant: tenant["name"])


def _our_capture(url: str, tenant: dict[str, str]) -> Capture:
    """In a process of its own, as a worker is."""
    since = len(_log(url, tenant))
    command = [sys.executable, "-m", "benchmarks.capture", url, json.dumps(tenant)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    return _with_requests(_log(url, tenant)[since:], figures["seconds"], figures["objects"])


def _main(url: str, tenant: dict[str, str]) -> None:
    connection = GraphConnection(
        tenant["id"],
        tenant["client_id"],
        ClientSecret(tenant["client_secret"]),
        login_url=url,
        graph_url=url,
        simulator_origins=frozenset({url}),
    )
    began = time.perf_counter()
    objects = 0
    with GraphClient(connection) as client:
        for read in read_types_whole(client, registry.of_configuration()):
            assert read.error is None, (read.contract.key, read.error)
            assert all(one.error is None for one in read.reads), read.contract.key
            objects += len(read.reads)
    print(json.dumps({"seconds": time.perf_counter() - began, "objects": objects}))


def _capture_of_intunecd(url: str, tenant: dict[str, str]) -> Capture:
    facts = {"TENANT_NAME": tenant["id"], "CLIENT_ID": tenant["client_id"], "CLIENT_SECRET": tenant["client_secret"]}
    environment = {**os.environ, **facts, "INTUNESIM_URL": url, "PYTHONPATH": str(GUEST)}
    program = ENVIRONMENT / "bin" / "IntuneCD-startbackup"
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run([program, "-m", "1", "-p", folder], check=True, env=environment, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        objects = sum(1 for file in Path(folder).rglob("*.json"))
    return _with_requests(_log(url, tenant), seconds, objects)


def _log(url: str, tenant: dict[str, str]) -> list[dict[str, Any]]:
    with urlopen(f"{url}/_sim/log") as answer:
        return [entry for entry in json.load(answer) if entry["tenant"] == tenant["id"]]


def _with_requests(entries: list[dict[str, Any]], seconds: float, objects: int) -> Capture:
    asked = [entry for entry in entries if not entry["path"].endswith("$batch")]
    return Capture(
        seconds=seconds,
        objects=objects,
        http=sum(entry["batch"] is None for entry in entries),
        counted=len(asked),
        throttled=sum(entry["status"] == 429 for entry in asked),
        busiest=_busiest(asked),
    )


def _busiest(asked: list[dict[str, Any]]) -> str:
    """The pool that would take longest if nothing but its limit bound the reader."""
    counted = Counter(service_of(f"/{entry['version']}{_rooted(entry['path'])}") for entry in asked)
    limits = {service: ALLOWANCES[service] for service in counted}
    service = max(counted, key=lambda one: counted[one] * limits[one].seconds / limits[one].requests)
    return f"; busiest {service}: {counted[service]} at {limits[service].requests} in {limits[service].seconds:.0f} s"


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


if __name__ == "__main__":
    _main(sys.argv[1], json.loads(sys.argv[2]))
