"""The map of the engine names every module with what its first line says."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
ENGINE = PACKAGE / "src" / "ownedfields" / "engine"


def row(path):
    first_line = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
    return f"| `{path.stem}` | {first_line} |"


def test_the_map_of_the_engine_has_a_row_for_each_module():
    rows = {line for line in (PACKAGE / "docs" / "engine.md").read_text().splitlines() if line.startswith("| `")}
    modules = [path for path in ENGINE.rglob("*.py") if path.stem != "__init__"]
    assert rows == {row(path) for path in modules}
