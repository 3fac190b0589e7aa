"""What deploy/ says is what the product understands. Machines and containers themselves are not started here."""

import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from typer.main import get_command

from tenantpilot.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
LONG_RUNNING = [path for path in UNITS if "migrate" not in path.name]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
ROLES = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "tenantpilot"}


def understood(words: list[str]) -> None:
    """Fails unless the command line is one of ours, with queues that exist."""
    command = get_command(app)
    name, *arguments = words
    context = command.make_context("tenantpilot", [name, "--help"], resilient_parsing=True)
    found = command.get_command(context, name)
    assert found is not None, name
    found.make_context(name, list(arguments), resilient_parsing=False)
    queues = {value for flag, value in pairwise(arguments) if flag == "--queue"}
    assert queues <= set(settings.TASKS["default"]["QUEUES"])


def known_settings() -> set[str]:
    """Every variable that the settings read."""
    text = (ROOT / "src/tenantpilot/config/settings.py").read_text()
    return {f"TENANTPILOT_{name}" for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text)}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_exists(unit):
    (line,) = re.findall(r"^ExecStart=/opt/tenantpilot/bin/tenantpilot (.+)$", unit.read_text(), re.MULTILINE)
    understood(line.split())


@pytest.mark.parametrize("unit", LONG_RUNNING, ids=lambda path: path.name)
def test_a_unit_restarts_always_and_gives_a_run_its_grace_time(unit):
    text = unit.read_text()
    assert "\nRestart=always\n" in text
    assert "\nStartLimitIntervalSec=0\n" in text
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    assert int(seconds) > settings.SHUTDOWN_GRACE_SECONDS


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_the_unit(unit, tmp_path):
    program = Path(sys.executable).with_name("tenantpilot")
    text = unit.read_text().replace("/opt/tenantpilot/bin/tenantpilot", str(program))
    name = unit.name.replace("@.", "@1.")
    (tmp_path / name).write_text(text.replace("User=tenantpilot", "User=daemon"))
    shutil.copy(DEPLOY / "systemd/tenantpilot.target", tmp_path)
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)]
    verdict = subprocess.run(command, capture_output=True, text=True)
    said = [line for line in verdict.stderr.splitlines() if name in line or "tenantpilot" in line]
    assert said == []


@pytest.mark.parametrize("name", ROLES)
def test_a_service_runs_a_command_that_exists_with_settings_that_are_read(name):
    understood(ROLES[name]["command"])
    chosen = {key for key in ROLES[name]["environment"] if key.startswith("TENANTPILOT_")}
    assert chosen <= known_settings()


@pytest.mark.parametrize("name", [name for name in ROLES if name != "migrate"])
def test_a_service_restarts_always_and_ends_in_good_order(name):
    service = ROLES[name]
    assert service["restart"] == "always"
    assert int(service["stop_grace_period"].removesuffix("s")) > settings.SHUTDOWN_GRACE_SECONDS
    assert "migrate" in service["depends_on"]


def test_only_the_migration_knows_the_owner_of_the_tables():
    assert [name for name in ROLES if "TENANTPILOT_OWNER_DATABASE_URL" in ROLES[name]["environment"]] == ["migrate"]
    with_owner = [unit.name for unit in UNITS if "tenantpilot-owner.env" in unit.read_text()]
    assert with_owner == ["tenantpilot-migrate.service"]


def test_every_queue_has_a_worker_of_its_own():
    text = " ".join(unit.read_text() for unit in UNITS)
    for queue in settings.TASKS["default"]["QUEUES"]:
        assert f"--queue {queue}" in text
        assert any(queue in service["command"] for service in ROLES.values() if service["command"][0] == "worker")


def test_the_image_installs_what_the_lock_file_names_and_runs_as_nobody():
    text = (DEPLOY / "Dockerfile").read_text()
    assert "--require-hashes -r base.txt" in text
    assert text.index("USER tenantpilot") < text.index("ENTRYPOINT")
    (command,) = re.findall(r"^CMD (\[.+\])$", text, re.MULTILINE)
    understood(yaml.safe_load(command))
