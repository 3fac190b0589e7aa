"""A deployment: tenants of a simulator, worker processes on one database, and figures from the simulator's log."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from intunesim import Application, Secret, Simulator
from intunesim.journal import Entry
from intunesim.state.tenant import Tenant as Directory

from tenantpilot.graph.client.budget import Service
from tenantpilot.graph.client.services import service_of
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.tenancy.models import Tenant, Workspace
from tests.databases import OwnDatabase
from tests.graph.simulated import filled

WORKERS = 4
PATIENCE_SECONDS = 1_800.0
OTHER_APPLICATION = "99999999-0000-4000-8000-000000000009"
SECRET = "other~secret"
HANDS = 6
A_LITTLE = "$top=1&$select=id"


def enrolled(simulator: Simulator, names: Sequence[str], *, policies: int) -> list[Directory]:
    """Generated tenants of the simulator that the product knows, each with its credential."""
    workspace, _made = Workspace.objects.get_or_create(slug="northwind", defaults={"name": "Northwind MSP"})
    directories = []
    for name in names:
        directory = filled(simulator, name, policies=policies)
        tenant = Tenant.everywhere.create(
            workspace=workspace, slug=name.lower(), name=name, entra_tenant_id=UUID(directory.id)
        )
        application = directory.application
        store_credential(
            tenant=tenant,
            kind="secret",
            client_id=UUID(application.client_id),
            secret=application.secrets[0].value,
            expires_at=None,
            actor=None,
            now=datetime.now(UTC),
        )
        directories.append(directory)
    return directories


@dataclass(frozen=True)
class Deployment:
    """Where worker processes find their database and their Graph."""

    database: OwnDatabase
    url: str
    limits: str = ""
    percent: int = 95

    def work(self, *shares: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """One process for each share of the work, all at once; what came of each."""
        command = [sys.executable, "-m", "tests.graph.deployment.worker"]
        crew = [
            subprocess.Popen([*command, json.dumps(share)], env=self._environment, stdout=subprocess.PIPE, text=True)
            for share in shares
        ]
        try:
            said = [worker.communicate(timeout=PATIENCE_SECONDS)[0] for worker in crew]
        finally:
            for worker in crew:
                worker.kill()
        assert [worker.returncode for worker in crew] == [0] * len(crew)
        return [json.loads(text) for text in said]

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **self.database.environment,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TENANTPILOT_GRAPH_SIMULATOR_URL": self.url,
            "TENANTPILOT_GRAPH_SHARED_BUDGET": "1",
            "TENANTPILOT_GRAPH_LIMITS": self.limits,
            "TENANTPILOT_GRAPH_LIMIT_PERCENT": str(self.percent),
        }


def asked(simulator: Simulator, directory: Directory) -> dict[Service, list[Entry]]:
    """What the workers asked of one tenant, by the service that counts it; batches by their parts."""
    found: dict[Service, list[Entry]] = defaultdict(list)
    for entry in list(simulator.log):
        is_ours = (entry.tenant, entry.client_id) == (directory.id, directory.application.client_id)
        if is_ours and entry.version and entry.path != "/$batch" and entry.query != A_LITTLE:
            found[service_of(f"/{entry.version}{entry.path}")].append(entry)
    return found


def answers(entries: Sequence[Entry]) -> Counter[int]:
    return Counter(entry.status for entry in entries)


def share_used(entries: Sequence[Entry], *, allowed: int, seconds: float) -> float:
    """How much of the limit was used while there was work: the mean of all windows between the first and the last."""
    moments = sorted(datetime.fromisoformat(entry.at).timestamp() for entry in entries)
    starts = _steps(moments[0], moments[-1] - seconds, seconds / 20)
    counts = [sum(start <= moment < start + seconds for moment in moments) for start in starts]
    assert counts, f"the work lasted only {moments[-1] - moments[0]:.1f} s, less than one window"
    return sum(counts) / len(counts) / allowed


def lasted(entries: Sequence[Entry]) -> float:
    """Seconds from the first to the last."""
    moments = [datetime.fromisoformat(entry.at) for entry in entries]
    return (max(moments) - min(moments)).total_seconds()


def _steps(first: float, last: float, step: float) -> Iterator[float]:
    while first <= last:
        yield first
        first += step


@dataclass(frozen=True)
class OtherTool:
    """Something of somebody else that asks a tenant for the same path, steadily and whatever it is answered."""

    directory: Directory
    path: str
    each_second: float
    client_id: str = OTHER_APPLICATION

    @contextmanager
    def at_work(self, url: str) -> Iterator[None]:
        done = threading.Event()
        with httpx.Client(base_url=url, timeout=60) as http, ThreadPoolExecutor(HANDS) as hands:
            headers = {"authorization": f"Bearer {self._token(http)}"}
            threading.Thread(target=self._ask, args=(http, headers, hands, done), daemon=True).start()
            try:
                yield
            finally:
                done.set()
                hands.shutdown(cancel_futures=True)

    def _ask(
        self, http: httpx.Client, headers: dict[str, str], hands: ThreadPoolExecutor, done: threading.Event
    ) -> None:
        """By the clock, however long the answers take; in batches, so that the machine has time for others."""
        size = max(1, min(20, int(self.each_second)))
        part = {"method": "GET", "url": f"{self.path}?{A_LITTLE}"}
        body = {"requests": [{"id": str(number), **part} for number in range(size)]}
        while not done.wait(size / self.each_second):
            with suppress(RuntimeError):  # the hands are shut between two looks
                hands.submit(http.post, "/beta/$batch", json=body, headers=headers)

    def asked(self, simulator: Simulator) -> int:
        """How often it has asked."""
        path = self.path.lower()
        return sum(entry.path.lower() == path and entry.query == A_LITTLE for entry in list(simulator.log))

    def _token(self, http: httpx.Client) -> str:
        if self.client_id not in self.directory.applications:
            roles = self.directory.application.roles
            self.directory.register(Application(self.client_id, roles=roles))
        self.directory.applications[self.client_id].secrets.append(Secret(SECRET))
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": SECRET,
            "scope": "https://graph.microsoft.com/.default",
        }
        return str(http.post(f"/{self.directory.id}/oauth2/v2.0/token", data=form).json()["access_token"])
