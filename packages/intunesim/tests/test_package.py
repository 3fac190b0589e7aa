"""The package as a whole: it stands alone, its files stay small, its promises have proofs."""

import ast
import re
from pathlib import Path

import intunesim
import pytest

SOURCE = Path(intunesim.__file__).parent
TESTS = Path(__file__).parent
PACKAGE = TESTS.parent
FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_it_imports_nothing_but_what_it_declares(file):
    allowed = {"intunesim", "starlette", "uvicorn", "cryptography"}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            root = name.split(".")[0]
            assert root in allowed or root in __import__("sys").stdlib_module_names, name


def test_no_file_reaches_350_lines():
    assert [file.name for file in FILES if len(file.read_text(encoding="utf-8").splitlines()) >= 350] == []


def test_each_of_the_twenty_promises_has_its_tests():
    text = "".join(file.read_text(encoding="utf-8") for file in TESTS.glob("test_*.py"))
    proven = {int(number) for number in re.findall(r"def test_s(\d+)_", text)}
    assert proven == set(range(1, 21))


def test_the_page_about_coverage_speaks_of_each_promise_and_each_collection():
    page = (PACKAGE / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert [number for number in range(1, 21) if f"| S{number} |" not in page] == []
    from intunesim.catalog import COLLECTIONS

    assert [path for path in COLLECTIONS if f"`{path}`" not in page] == []


def test_the_readme_names_everything_that_the_package_offers():
    readme = (PACKAGE / "README.md").read_text(encoding="utf-8")
    quiet = {"Entry", "LoadReport", "RealClock", "Running", "FaultKind"}
    assert [name for name in intunesim.__all__ if name not in readme and name not in quiet] == []


def test_every_habit_is_explained_in_the_readme():
    readme = (PACKAGE / "README.md").read_text(encoding="utf-8")
    assert [name for name in vars(intunesim.Habits()) if f"`{name}`" not in readme] == []
