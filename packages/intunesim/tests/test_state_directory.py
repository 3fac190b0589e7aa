"""State on disk survives a restart, a kill included."""

import os
import signal
import subprocess
import sys
import time

import httpx
import pytest
from intunesim import Plan, Secret, Simulator, VirtualClock, generate, serving

CATEGORIES = "/beta/deviceManagement/deviceCategories"


def visitor(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, verify=False, timeout=60)


@pytest.fixture
def restart(tmp_path):
    """A simulator on the same folder, again and again."""
    opened: list[Simulator] = []

    def again() -> Simulator:
        for simulator in opened:
            simulator.close()
        opened.append(Simulator(clock=VirtualClock(), state_dir=tmp_path))
        return opened[-1]

    yield again
    for simulator in opened:
        simulator.close()


def test_tenants_applications_habits_and_objects_are_there_again(restart):
    first = restart()
    tenant = generate(first.add_tenant("Contoso"), Plan(policies=60), now=first.clock.now())
    tenant.application.roles = ("Group.Read.All",)
    tenant.application.secrets.append(Secret("second", expires_at=first.clock.now()))
    tenant.habits.approval_workloads = ("app",)
    first.keep(tenant)
    second = restart()
    kept = second.tenant("Contoso")
    assert (kept.id, kept.application, kept.habits) == (tenant.id, tenant.application, tenant.habits)
    for path in tenant.store.count():
        assert [vars(each) for each in kept.store.entities(path)] == [
            vars(each) for each in tenant.store.entities(path)
        ]


def test_a_token_outlives_the_restart_and_changes_are_kept(restart, tmp_path):
    first = restart()
    tenant = first.add_tenant("Contoso")
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.application.client_id,
        "client_secret": "simulated-secret",
    }
    with (
        serving(first) as running,
        visitor(running.url) as client,
    ):
        token = client.post(
            f"/{tenant.id}/oauth2/v2.0/token", data={**form, "scope": "https://graph.microsoft.com/.default"}
        )
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        kept = client.post(CATEGORIES, json={"displayName": "Kept"}, headers=headers).json()
        gone = client.post(CATEGORIES, json={"displayName": "Gone"}, headers=headers).json()
        client.delete(f"{CATEGORIES}/{gone['id']}", headers=headers)
    with (
        serving(restart()) as running,
        visitor(running.url) as client,
    ):
        assert [each["id"] for each in client.get(CATEGORIES, headers=headers).json()["value"]] == [kept["id"]]
        events = client.get("/beta/deviceManagement/auditEvents", headers=headers).json()["value"]
        assert [each["activityOperationType"] for each in events] == ["Create", "Create", "Delete"]


def test_delta_goes_on_where_it_was(restart):
    first = restart()
    generate(first.add_tenant("Contoso"), Plan(policies=0, groups=3), now=first.clock.now())
    from intunesim.graph.delta import last_sequence, note

    note(first.tenant("Contoso"), "g", now=first.clock.now())
    assert last_sequence(restart().tenant("Contoso")) == 1


def test_a_tenant_that_was_kept_is_taken_up_and_not_made_anew(restart):
    first = restart()
    generate(first.add_tenant("Contoso"), Plan(policies=20), now=first.clock.now())
    second = restart()
    assert sum(second.add_tenant("Contoso").store.count().values()) > 20


def test_a_process_that_is_killed_has_lost_nothing(tmp_path):
    command = [
        sys.executable,
        "-m",
        "intunesim",
        "serve",
        "--port",
        "0",
        "--state-dir",
        str(tmp_path),
        "--generate",
        "name=Contoso,policies=10",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    url = ""
    while not url:
        line = process.stdout.readline()
        url = line.split()[-1] if line.startswith("intunesim serves") else ""
    client = visitor(url)
    path = "/_sim/tenants/Contoso/objects/deviceManagement/deviceCategories"
    for _ in range(100):
        try:
            made = client.post(path, json={"displayName": "Kept"}).json()
            break
        except httpx.ConnectError:
            time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    simulator = Simulator(state_dir=tmp_path)
    found = simulator.tenant("Contoso").store.find("deviceManagement/deviceCategories", made["id"])
    simulator.close()
    assert found.body["displayName"] == "Kept"
