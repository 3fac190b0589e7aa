"""docs/how-to/add-an-operation.md does what it says: its blocks are put in place and its tests run."""

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.checkouts import ROOT, copy_of_checkout, run

PAGE = ROOT / "docs/how-to/add-an-operation.md"
BLOCK = re.compile(
    r"^```(?:python|html)\n(?:# |<!-- )(?P<path>\S+?)(?:, behind: (?P<behind>.*?))?(?: -->)?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^    \.venv/bin/tenantpilot (startoperation .*)$", re.MULTILINE)
TESTS = re.compile(r"^    \.venv/bin/python -m pytest (.*)$", re.MULTILINE)
AT_MOST = 40
EXAMPLE = ROOT / "src/tenantpilot/inventory/count_policies"
PROVEN = (
    "counted_by_platform",
    "started_from_the_page",
    "every_item_is_done",
    "every_address_has_a_row",
    "marked_for_translation",
)
SOURCES = (
    "src/tenantpilot/inventory",
    "src/tenantpilot/web/inventory",
    "tests/inventory",
    "tests/web/test_policy_count.py",
)


@pytest.fixture
def followed(tmp_path):
    """A checkout in which the page was followed, step by step."""
    if EXAMPLE.exists():
        pytest.skip("this checkout has the page's example already: its own tests prove that it works")
    checkout = copy_of_checkout(tmp_path)
    text = PAGE.read_text()
    for name in TESTS.findall(text)[-1].split():
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, checkout / name)
    for command in COMMAND.findall(text):
        assert run(checkout, "tenantpilot.cli", *command.split()).returncode == 0
    for block in BLOCK.finditer(text):
        put(checkout / block["path"], block["behind"], block["text"])
    return checkout


def put(path, behind, text):
    """A whole file, or lines behind one that stands there once."""
    if behind is None:
        path.write_text(text)
        return
    before = path.read_text()
    assert before.count(behind) == 1, f"{path.name} has no single {behind!r}"
    head, tail = before.split(behind)
    rest, end = tail.split("\n", 1) if not behind.endswith("%}") else ("", tail)
    path.write_text(head + behind + rest + "\n" + text + end)


def test_who_follows_the_page_has_an_operation_that_starts_from_a_page_and_is_told(followed):
    names = TESTS.findall(PAGE.read_text())[-1].split()
    only = ("-p", "no:xdist", "-vv", "-k", "count or every_address or templates")
    tests = run(followed, "pytest", *names, *only, has_same_tables=True)
    assert tests.returncode == 0, tests.stdout[-4000:] + tests.stderr
    for proven in PROVEN:
        assert proven in tests.stdout
    lint = run(followed, "ruff", "check", *SOURCES)
    assert lint.returncode == 0, lint.stdout
    assert run(followed, "ruff", "format", "--check", *SOURCES).returncode == 0


def test_beside_its_own_work_it_takes_at_most_forty_lines():
    blocks = [block for block in BLOCK.finditer(PAGE.read_text()) if not is_own_work(block)]
    lines = [line for block in blocks for line in block["text"].splitlines() if line.strip()]
    assert len(blocks) == 6
    assert len(lines) <= AT_MOST


def is_own_work(block):
    """What workers run, and the tests of it."""
    is_test = Path(block["path"]).name.startswith("test_") and block["behind"] is None
    return is_test or block["path"].endswith("/handlers.py")
