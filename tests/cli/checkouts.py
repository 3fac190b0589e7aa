"""A copy of the product to write into, and commands that run in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.databases import BASE, TEMPLATE

ROOT = Path(__file__).resolve().parents[2]


def copy_of_checkout(folder: Path) -> Path:
    """The sources, and what tests share; no test itself."""
    ignored = shutil.ignore_patterns("__pycache__", "test_*.py")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignored)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "data").mkdir()
    return folder


# A copy has tables of its own, so it takes neither the database of these tests nor their template.
OF_THIS_RUN = {"TENANTPILOT_DATABASE_URL", TEMPLATE, BASE}


def run(checkout: Path, *command: str, has_same_tables: bool = False) -> subprocess.CompletedProcess[str]:
    """A module in the copy, with the copy's sources before the installed ones, on a database of its own.

    Where nothing was added to the tables, the template of these tests spares its migrations; else all but the new ones.
    """
    environment = os.environ | {"PYTHONPATH": str(checkout / "src"), "TENANTPILOT_DATA_DIR": str(checkout / "data")}
    environment = {name: value for name, value in environment.items() if name not in OF_THIS_RUN}
    if os.environ.get(TEMPLATE, "").endswith(".sqlite3"):
        environment[TEMPLATE if has_same_tables else BASE] = os.environ[TEMPLATE]
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=checkout, env=environment, capture_output=True, text=True, timeout=500
    )
