"""IntuneCD, a tool that people run against Intune in production, runs against the simulator unchanged but for its host.

`make interop` installs it; without it these tests are skipped.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from intunesim import DEFAULT_SECRET, Plan, RealClock, Running, Simulator, Tenant, generate, serving

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = ROOT / ".venv" / "intunecd" / "bin"
REDIRECTION = Path(__file__).parent / "clients" / "intunecd"
TROUBLE = re.compile(r"error|failed|traceback", re.IGNORECASE)
BACKED_UP = (
    "deviceManagement/configurationPolicies",
    "deviceManagement/deviceConfigurations",
    "deviceManagement/deviceCompliancePolicies",
    "deviceManagement/compliancePolicies",
    "deviceManagement/intents",
    "deviceManagement/groupPolicyConfigurations",
    "deviceManagement/deviceManagementScripts",
    "deviceManagement/deviceShellScripts",
    "deviceManagement/deviceCustomAttributeShellScripts",
    "deviceManagement/deviceHealthScripts",
    "deviceManagement/deviceComplianceScripts",
    "deviceManagement/assignmentFilters",
    "deviceManagement/roleScopeTags",
    "deviceManagement/deviceCategories",
    "deviceManagement/notificationMessageTemplates",
    "deviceManagement/reusablePolicySettings",
    "deviceManagement/windowsAutopilotDeploymentProfiles",
    "deviceManagement/windowsFeatureUpdateProfiles",
    "deviceManagement/windowsQualityUpdateProfiles",
    "deviceManagement/windowsDriverUpdateProfiles",
    "deviceAppManagement/mobileApps",
    "deviceAppManagement/managedAppPolicies",
    "deviceAppManagement/mobileAppConfigurations",
    "identity/conditionalAccess/policies",
)
"""Collections of which IntuneCD takes every object."""
RIGHT_REFUSALS = {
    # a strength or location that IntuneCD does not carry, so that the empty tenant has none of that id
    "identity/conditionalAccess/policies": "which is not among the",
    # it assigns by the path of another kind of script
    "deviceManagement/deviceManagementScripts/*/assign": "An error has occurred",
}
"""Refusals that an update into an empty tenant must get, by path, with the words of the reason."""

pytestmark = [
    pytest.mark.skipif(not PROGRAMS.exists(), reason="IntuneCD is not installed: make interop"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """A generated tenant and an empty one."""
    simulator = Simulator(clock=RealClock())
    generate(simulator.add_tenant("Contoso"), Plan(policies=120, seed=8), now=RealClock().now())
    simulator.add_tenant("Empty")
    with serving(simulator) as running:
        yield running


@pytest.fixture(scope="module")
def backup(served: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a backup of Contoso, and what IntuneCD printed."""
    folder = tmp_path_factory.mktemp("backup")
    contoso = served.simulator.tenants[next(iter(served.simulator.tenants))]
    printed = _run(served, contoso, "IntuneCD-startbackup", folder, "--append-id")
    return folder, printed


def _run(running: Running, tenant: Tenant, program: str, folder: Path, *options: str) -> str:
    environment = {
        **os.environ,
        "INTUNESIM_URL": running.url,
        "PYTHONPATH": str(REDIRECTION),
        "NO_PROXY": "*",
        "TENANT_NAME": tenant.domain,
        "CLIENT_ID": tenant.application.client_id,
        "CLIENT_SECRET": DEFAULT_SECRET,
    }
    # Its threads make folders side by side and stumble over each other; that has nothing to do with Graph.
    command = [str(PROGRAMS / program), "-m", "1", "-p", str(folder), "--max-workers", "1", "--verbose", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _refusals(simulator: Simulator, tenant: Tenant) -> list[tuple[str, str, int]]:
    return [
        (entry.method, re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", entry.path), entry.status)
        for entry in simulator.log.find(tenant=tenant.id)
        if entry.status >= 400
    ]


def test_a_backup_meets_no_error_and_no_refusal(served, backup):
    _, printed = backup
    contoso = served.simulator.tenant("Contoso")
    assert _refusals(served.simulator, contoso) == []
    assert [line for line in printed.splitlines() if TROUBLE.search(line.split("endpoint")[0])] == []


def test_a_backup_holds_every_object_of_its_kinds(served, backup):
    folder, _ = backup
    store = served.simulator.tenant("Contoso").store
    written = "\n".join(file.name for file in folder.rglob("*.json"))
    text = written + "\n".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.json"))
    missing = [
        (path, entity.id, entity.body.get("displayName") or entity.body.get("name"))
        for path in BACKED_UP
        for entity in store.entities(path)
        if entity.id not in text
    ]
    assert missing == []
    assert all(json.loads(file.read_text(encoding="utf-8")) for file in folder.rglob("*.json"))


def test_an_update_of_an_empty_tenant_gets_only_refusals_that_graph_makes(served, backup):
    folder, _ = backup
    empty = served.simulator.tenant("Empty")
    printed = _run(served, empty, "IntuneCD-startupdate", folder, "-u", "-g")
    refused = {path.strip("/") for _, path, _ in _refusals(served.simulator, empty)}
    assert refused <= set(RIGHT_REFUSALS)
    reasons = [line for line in printed.splitlines() if "Request failed with status" in line]
    assert [line for line in reasons if not any(words in line for words in RIGHT_REFUSALS.values())] == []
    for path in ("deviceManagement/configurationPolicies", "deviceManagement/windowsFeatureUpdateProfiles"):
        assert len(empty.store.entities(path)) == len(served.simulator.tenant("Contoso").store.entities(path))
