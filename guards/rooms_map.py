"""The map of rooms in docs/explanation/architecture.md, drawn from the import contracts: python -m guards.rooms_map"""

import ast
import tomllib
from collections.abc import Iterator
from typing import Any

from guards.findings import ROOT

PAGE = ROOT / "docs/explanation/architecture.md"
BEGIN, END = "<!-- map: made by `make reference` from the import contracts -->\n", "<!-- end of the map -->"
WIDTH = 16


def drawn() -> str:
    """Return the map: one line for each room, top to bottom, with the rooms inside it indented."""
    inside = {contract["containers"][0]: contract["layers"] for contract in _layers()}
    return "```text\n" + "".join(_lines("tenantpilot", inside, 0)) + "```\n"


def _layers() -> list[dict[str, Any]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    return [contract for contract in contracts if contract["type"] == "layers"]


def _lines(package: str, inside: dict[str, list[str]], depth: int) -> Iterator[str]:
    for layer in inside.get(package, []):
        for room in layer.split(" | "):
            beside = " |" if room != layer.split(" | ")[-1] else ""
            yield f"{'    ' * depth}{room + beside:{WIDTH}} {_sentence(f'{package}.{room}')}".rstrip() + "\n"
            yield from _lines(f"{package}.{room}", inside, depth + 1)


def _sentence(module: str) -> str:
    """Return the first line of the room's own docstring."""
    path = ROOT / "src" / module.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(source.read_text())) or "").partition("\n")[0]


def with_map(page: str) -> str:
    """Return the page with the map of today. Raises ValueError for a page without the marks."""
    head, rest = page.split(BEGIN, 1)
    _old, tail = rest.split(END, 1)
    return f"{head}{BEGIN}{drawn()}{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(with_map(PAGE.read_text()))
