"""Guards: `ownedfields check` over 5,000 files beside `ruff check --select F`, in CPU seconds of the same run.

The files are the standard library and the installed packages, copied; one in fifty is made a candidate
by a function that reads and writes a guarded run. Every run is a process of its own, as in a terminal.
"""

import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.table import Row

FILES = 5000
CANDIDATES = 100
BIN = Path(sys.executable).parent
CONFIG = """
[[tool.ownedfields.guard]]
model = "shop.models.OperationRun"
fields = ["status", "outcome"]
owner = ["shop/service.py"]
name_hints = ["run", "operation_run"]
[[tool.ownedfields.banned]]
names = ["RetiredRunNotice"]
"""
MODEL = """
from django.db import models
class OperationRun(models.Model):
    status = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
"""
CANDIDATE = """

def close_one_{number}(pk):
    from shop.models import OperationRun
    found = OperationRun.objects.get(pk=pk)
    found.status = "completed"
"""


def rows() -> list[Row]:
    """CPU seconds of both tools, with and without their caches."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write_tree(root)
        ours = [str(BIN / "ownedfields"), "check", str(root), "--format", "concise"]
        ruff = [str(BIN / "ruff"), "check", "--select", "F", "--isolated", "--quiet", "--exit-zero", str(root)]
        cold, found = _cpu([*ours, "--no-cache"])
        _cpu(ours)
        warm, _ = _cpu(ours)
        ruff_cold, _ = _cpu([*ruff, "--no-cache"])
        cache = ["--cache-dir", str(root / ".ruff_cache")]
        _cpu([*ruff, *cache])
        ruff_warm, _ = _cpu([*ruff, *cache])
    assert found.count("OPR101") == CANDIDATES, found[-300:]
    return [
        _row("guards over 5,000 files, no cache", cold, ruff_cold, "≤ 1.2"),
        _row("guards over 5,000 files, cached", warm, ruff_warm, "≤ 1.1"),
    ]


def _row(what: str, ours: float, theirs: float, goal: str) -> Row:
    against = "ruff check --select F"
    return Row(what, against, ours / theirs, goal, f"{ours:.2f} beside {theirs:.2f} CPU-s")


def _write_tree(root: Path) -> None:
    for number, path in enumerate(islice(_sources(), FILES)):
        target = root / f"part_{number % 50}" / f"{path.stem}_{number}.py"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
        if number % (FILES // CANDIDATES) == 0:
            with target.open("a", encoding="utf-8") as stream:
                stream.write(CANDIDATE.format(number=number))
    (root / "shop").mkdir()
    (root / "shop" / "models.py").write_text(MODEL)
    (root / "shop" / "service.py").write_text("from shop.models import OperationRun\n")
    (root / "pyproject.toml").write_text(CONFIG)


def _sources() -> Iterator[Path]:
    """Files that a compiler accepts: the test suites of the standard library hold some that none does."""
    for folder in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")):
        for path in sorted(Path(folder).rglob("*.py")):
            if "lib2to3/tests" not in path.as_posix() and "/bad" not in path.as_posix() and path.stat().st_size:
                yield path


def _cpu(command: list[str]) -> tuple[float, str]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in (0, 1), done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime), done.stdout


if __name__ == "__main__":
    from benchmarks.table import printed

    print(printed(rows()))
