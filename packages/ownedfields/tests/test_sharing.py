"""Several processes find what one finds, wherever the files are parted and whatever happens to a helper."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.mark.parametrize("what", ["splits", "facts", "killed", "interrupted", "threads"])
def test_several_processes_find_what_one_finds(what: str) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "split_checks.py"), what],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        timeout=170,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "as one process"), done.stdout + done.stderr
