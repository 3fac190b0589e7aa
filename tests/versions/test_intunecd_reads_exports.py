"""IntuneCD 2.6.0, a tool that people run against Intune, compares an export with its tenant and finds no difference.

`make interop` installs it; without it this test is skipped.
"""

import base64
import io
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from intunesim import DEFAULT_SECRET, Plan

from tenantpilot.artifacts.models import Artifact
from tenantpilot.artifacts.reading import ArtifactFile
from tenantpilot.inventory.selecting import PolicyFilter
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.versions.exporting.services import start_export
from tenantpilot.versions.exporting.states import LayoutKey

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".venv" / "intunecd" / "bin" / "IntuneCD-startupdate"
REDIRECTION = ROOT / "packages" / "intunesim" / "tests" / "clients" / "intunecd"

pytestmark = [
    pytest.mark.skipif(not PROGRAM.exists(), reason="IntuneCD is not installed: make interop"),
    pytest.mark.timeout(900),
    pytest.mark.same_on_both,
]


@pytest.fixture
def plan() -> Plan:
    return Plan(policies=120, seed=8)


@pytest.fixture
def folder(capture, contoso, alice, now, tmp_path):
    """Return the unpacked export of the whole tenant."""
    capture()
    run = start_export(
        tenant=contoso, initiator=alice, selection=PolicyFilter(), layout=LayoutKey.INTUNECD, now=now
    ).run
    Runner().execute(run.pk)
    with zipfile.ZipFile(io.BufferedReader(ArtifactFile(Artifact.everywhere.get(run=run)))) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def report_of(folder, url, directory):
    """Return the findings of IntuneCD in report mode: the number of differences, their places, and its output."""
    environment = {
        **os.environ,
        "INTUNESIM_URL": url,
        "PYTHONPATH": str(REDIRECTION),
        "NO_PROXY": "*",
        "TENANT_NAME": directory.domain,
        "CLIENT_ID": directory.application.client_id,
        "CLIENT_SECRET": DEFAULT_SECRET,
    }
    options = ["-m", "1", "-p", str(folder), "--report", "-u", "--intunecdmonitor", "--max-workers", "1", "--verbose"]
    done = subprocess.run(
        [str(PROGRAM), *options], env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((folder / "update_summary.json").read_text())
    return summary["diff_count"], summary["changes"], base64.b64decode(summary["feed"]).decode()


def is_of_intunecd(difference):
    """Return True for what IntuneCD finds in a backup of its own too: it reads scripts without their returns, and
    puts an empty text in the place of the application id that a profile lacks."""
    old, new = difference["old_val"], difference["new_val"]
    if difference["setting"] == "managementServiceAppId":
        return (old, new) == ("None", "")
    return "\r\n" in old and new.startswith(old.replace("\r", "")[:80])


def test_intunecd_finds_no_difference_between_an_export_and_its_tenant(folder, graph, directory, simulator):
    masked = {
        policy["name"]
        for policy in json.loads((folder / "manifest.json").read_text())["policies"]
        if policy["secrets_masked"]
    }
    count, changes, printed = report_of(folder, graph, directory)
    looked_at = [line for line in printed.splitlines() if "No changes found for" in line]
    differences = [(change["name"], one) for change in changes for one in change["diffs"] if not is_of_intunecd(one)]
    assert {name for name, one in differences if one["new_val"] == "****"} <= masked
    assert [(name, one) for name, one in differences if one["new_val"] != "****"] == []
    assert count == sum(len(change["diffs"]) for change in changes)
    assert [line for line in printed.splitlines() if "[ERROR]" in line or "not found, creating" in line] == []
    assert len(looked_at) > 80
    assert [entry.path for entry in simulator.log.find() if entry.method in ("PATCH", "PUT", "DELETE")] == []
