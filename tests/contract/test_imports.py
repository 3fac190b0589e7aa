"""Imports go down, and pages reach nothing remote (OPS-30, OPS-32, GUARD-F, SEC-06)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
LINTER = str(Path(sys.executable).with_name("lint-imports"))


def lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [LINTER, "--no-logo", "--cache-dir", str(ROOT / ".venv" / ".import_linter_cache"), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_every_room_imports_downward_alone_and_pages_reach_no_remote_call() -> None:
    """OPS-30, OPS-32, GUARD-F: not even through others."""
    done = lint()
    assert done.returncode == 0, done.stdout
    assert ", 0 broken" in done.stdout


REALLY_IMPORTED = [
    ("tenantpilot.inventory", "tenantpilot.graph.client"),
    ("tenantpilot.inventory", "httpx"),
    ("tenantpilot.web", "django"),
]


def test_the_linter_would_see_it(tmp_path: Path) -> None:
    """GUARD-F: what is really imported, by itself or through others, is found; so silence means something."""
    config = tmp_path / "contracts.toml"
    head = '[tool.importlinter]\nroot_packages = ["tenantpilot"]\ninclude_external_packages = true\n'
    config.write_text(head + "".join(forbidding(*each) for each in REALLY_IMPORTED))
    done = lint("--config", str(config))
    assert done.returncode == 1
    assert [
        line for source, it in REALLY_IMPORTED if (line := f"{source} without {it} BROKEN") not in done.stdout
    ] == []


def forbidding(source: str, forbidden: str) -> str:
    name = f"{source} without {forbidden}"
    return (
        f'[[tool.importlinter.contracts]]\nname = "{name}"\ntype = "forbidden"\n'
        f'source_modules = ["{source}"]\nforbidden_modules = ["{forbidden}"]\n'
    )


OF_DOCTOR = Path("cli/checks/public.py")


def test_one_room_alone_speaks_to_graph() -> None:
    """SEC-06: the client, its transport and its sign-in alone send requests; `doctor` asks our own public address."""
    remote = re.compile(r"^\s*(?:import|from) (?:httpx|msal|requests|urllib3|aiohttp|urllib\.request)\b", re.M)
    source = ROOT / "src" / "tenantpilot"
    senders = {path.relative_to(source) for path in source.rglob("*.py") if remote.search(path.read_text())}
    assert {path.parts[0] for path in senders - {OF_DOCTOR}} == {"graph"}
