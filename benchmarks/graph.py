"""Graph: a tenant of 2,000 policies at 100 ms latency, against one request after another.

The simulator runs as a process of its own. One request after another is what most tools of this field do: the pages of
each list as they come, then each object's parts. Its time is its number of requests times the time of
one, which is measured.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

from benchmarks.table import Row
from tenantpilot.graph.client.budget import ALLOWANCES, Demand, MemoryStore, Service, TenantBudget
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.connection import ClientSecret, GraphConnection
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.contracts.parts import Part
from tenantpilot.graph.read.full import read_type_whole
from tenantpilot.graph.read.listing import read_types

POLICIES, LATENCY_MS = 2000, 100
SAMPLE = 40
CONTRACTS = [one for one in registry.of_configuration() if one.key not in ("group", "deviceManagementSettings")]


def rows() -> list[Row]:
    with _simulator() as url, GraphClient(_connection(url)) as client:
        one = _seconds_of_one(client)
        listed, seconds = _listed(client)
        asked = _asked(url)
        policies = sum(len(items) for items in listed.values())
        step_by_step = _requests_for_lists(listed)
        time.sleep(22.0)  # the child has a budget of its own: the window of these requests passes first
        whole = _child(url)
    return [
        Row(
            "inventory with assignments, 2,000 policies",
            "one request after another",
            step_by_step * one / seconds,
            "≥ 10",
            f"{seconds:.1f} s, {asked} requests against {step_by_step}",
        ),
        Row(
            "the same policies whole",
            "one request after another",
            whole["step_by_step"] * one / whole["seconds"],
            "≥ 10",
            f"{whole['seconds']:.1f} s, {whole['asked']} requests against {whole['step_by_step']}",
        ),
        Row("requests for a policy, whole", "one", whole["asked"] / policies, "≤ 1", f"{policies} policies"),
        Row("answers 429 under real limits", "none", whole["throttled"], "≤ 0", "read at full speed"),
        Row("memory, whole", "the size of their JSON", whole["memory"], "≤ 8", f"{whole['megabytes']:.0f} MB of JSON"),
        Row("peak memory of the worker, whole", "256 MB", whole["peak"] / 256, "≤ 1", f"{whole['peak']:.0f} MB"),
        Row(
            "requests for the inventory of a policy",
            "one",
            asked / policies,
            "≤ 0.2",
            f"{asked} requests, with assignments",
        ),
        Row("rate used when there is work", "Intune's limit", _rate_used(), "≥ 0.8", "ten minutes of virtual time"),
    ]


@contextmanager
def _simulator() -> Iterator[str]:
    command = [sys.executable, "-m", "intunesim", "serve", "--port", "0", "--limits", "real"]
    command += ["--generate", f"name=contoso,policies={POLICIES}", "--latency-ms", str(LATENCY_MS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "serves Microsoft Graph on" in line)
        yield line.split()[-1]
    finally:
        process.terminate()
        process.wait(10)


def _connection(url: str) -> GraphConnection:
    with urlopen(f"{url}/_sim/") as answer:
        tenant = json.load(answer)["tenants"][0]
    return GraphConnection(
        tenant["id"],
        tenant["client_id"],
        ClientSecret(tenant["client_secret"]),
        login_url=url,
        graph_url=url,
        simulator_origins=frozenset({url}),
    )


def _seconds_of_one(client: GraphClient) -> float:
    path = registry.get("assignmentFilter").collection
    client.get(path)
    began = time.perf_counter()
    for _ in range(SAMPLE):
        client.get(path, {"$top": "1"})
    return (time.perf_counter() - began) / SAMPLE


def _listed(client: GraphClient) -> tuple[dict[str, tuple[dict[str, Any], ...]], float]:
    began = time.perf_counter()
    reads = list(read_types(client, [contract.expanded for contract in CONTRACTS]))
    seconds = time.perf_counter() - began
    assert all(read.error is None for read in reads)
    return {read.contract.key: read.items for read in reads}, seconds


def _asked(url: str, since: int = SAMPLE + 2) -> int:
    """Requests that reached Graph after the warm-up, the parts of batches one by one."""
    return len(_log(url, since))


def _log(url: str, since: int) -> list[dict[str, Any]]:
    with urlopen(f"{url}/_sim/log?since={since}") as answer:
        return [entry for entry in json.load(answer) if entry["path"] != "/$batch"]


def _requests_for_lists(listed: dict[str, tuple[dict[str, Any], ...]]) -> int:
    """Pages of 25 for the settings catalog, of 1000 else, and the assignments of each object that has some."""
    pages = sum(_pages(contract, len(listed[contract.key])) for contract in CONTRACTS)
    assigned = [contract for contract in CONTRACTS if contract.assign]
    return pages + sum(len(listed[contract.key]) for contract in assigned)


def _pages(contract: Contract, count: int) -> int:
    size = 25 if contract.key == "settingsCatalog" else 1000
    return max(1, -(-count // size))


def _child(url: str) -> dict[str, float]:
    """Read everything whole in a process of its own, so that its memory can be told."""
    command = [sys.executable, "-m", "benchmarks.graph", url]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _main(url: str) -> None:
    with urlopen(f"{url}/_sim/log") as answer:
        since = max(entry["number"] for entry in json.load(answer))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with GraphClient(_connection(url)) as client:
        began = time.perf_counter()
        payloads = {contract.key: _whole(client, contract) for contract in CONTRACTS}
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = (peak - before) * 1024
    size = sum(len(json.dumps(one)) for many in payloads.values() for one in many)
    entries = _log(url, since)
    figures = {
        "seconds": seconds,
        "asked": len(entries),
        "throttled": sum(entry["status"] == 429 for entry in entries),
        "step_by_step": sum(_requests_for(contract, payloads[contract.key]) for contract in CONTRACTS),
        "memory": grown / size,
        "peak": peak / 1024,
        "megabytes": size / 1e6,
    }
    print(json.dumps(figures))


def _whole(client: GraphClient, contract: Contract) -> list[dict[str, Any]]:
    reads = list(read_type_whole(client, contract))
    assert all(read.error is None for read in reads)
    return [read.payload for read in reads if read.payload is not None]


def _requests_for(contract: Contract, payloads: list[dict[str, Any]]) -> int:
    """The pages, each object by its id where the list is not complete, and each of its parts."""
    each = int(contract.full_query is not None)
    return _pages(contract, len(payloads)) + sum(each + _of_parts(one, contract.parts) for one in payloads)


def _of_parts(owner: dict[str, Any], parts: tuple[Part, ...]) -> int:
    return sum(1 + sum(_of_parts(item, part.parts) for item in owner.get(part.name, [])) for part in parts)


def _rate_used() -> float:
    """How much of the limit a worker gets that always has work."""
    clock, granted = _VirtualClock(), 0
    budget = TenantBudget(MemoryStore(clock), "t")
    while clock.time < 600.0:
        wait = budget.take(Service.INTUNE, Demand())
        granted += wait == 0.0
        clock.sleep(wait or 0.005)
    limit = ALLOWANCES[Service.INTUNE]
    return granted / (600.0 * limit.requests / limit.seconds)


class _VirtualClock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        return self.time

    def now(self) -> Any:
        raise NotImplementedError

    def sleep(self, seconds: float) -> None:
        self.time += seconds


if __name__ == "__main__":
    _main(sys.argv[1])
