"""The reference pages say what the program does."""

import ast
import re

import pytest

from tenantpilot.cli import catalogue_reference
from tenantpilot.cli.reference import reference
from tenantpilot.operations.types import operation_types
from tests.cli.kit import ROOT

SETTINGS = ROOT / "src/tenantpilot/config/settings.py"
PAGES = ROOT / "docs/reference"


def test_the_page_of_commands_is_that_of_the_commands():
    assert (PAGES / "cli.md").read_text() == reference(), "The commands changed. Run: make reference"


@pytest.mark.parametrize("name", catalogue_reference.PAGES)
def test_the_page_of_a_catalogue_is_the_catalogue(name, monkeypatch):
    """Other tests of this process may have registered operation types of their own."""
    products = [kind for kind in operation_types.all() if kind.handler.startswith("tenantpilot.")]
    monkeypatch.setattr(operation_types, "all", lambda: products)
    assert (PAGES / f"{name}.md").read_text() == catalogue_reference.PAGES[name](), "It changed. Run: make reference"


def test_the_page_of_settings_has_every_variable_once_and_no_other():
    named = re.findall(r"^\| `TENANTPILOT_(\w+)` \|", (PAGES / "settings.md").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(variables())


def test_the_page_of_settings_has_the_defaults_of_numbers():
    page = (PAGES / "settings.md").read_text()
    wrong = [name for name, default in numbers().items() if f"| `TENANTPILOT_{name}` | `{default}` |" not in page]
    assert wrong == []


def test_no_other_room_reads_the_environment():
    readers = [
        path
        for path in (ROOT / "src/tenantpilot").rglob("*.py")
        if re.search(r"os\.environ(\[[^]]*\](?!\s*=)|\.get)|os\.getenv|environ\.copy", path.read_text())
    ]
    assert [path.relative_to(ROOT / "src/tenantpilot").parts[0] for path in readers] == ["config"]


def variables() -> set[str]:
    return {name for name, _call in reads()}


def numbers() -> dict[str, str]:
    return {name: ast.unparse(call.args[1]) for name, call in reads() if call.func.attr in {"number", "integer"}}


def reads() -> list[tuple[str, ast.Call]]:
    """Every call `env.kind("NAME", ...)` in the settings."""
    calls = [node for node in ast.walk(ast.parse(SETTINGS.read_text())) if isinstance(node, ast.Call)]
    return [(call.args[0].value, call) for call in calls if is_read(call)]


def is_read(call: ast.Call) -> bool:
    function = call.func
    of_environment = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "env"
    return of_environment and isinstance(call.args[0], ast.Constant)
