"""What a guard found, and how it says so."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ownedfields.engine.modules import without_collector
from ownedfields.engine.walking import walk

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "tenantpilot"


@dataclass(frozen=True)
class Source:
    """One file, parsed when a guard asks for more than its text. `module` is its path inside the package."""

    module: str
    text: str

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node, outer before inner."""
        with without_collector():
            return tuple(walk(ast.parse(self.text)))

    def says(self, cues: Iterable[str]) -> bool:
        """Whether the text holds one of the words; what holds none need not be parsed."""
        return any(cue in self.text for cue in cues)


@dataclass(frozen=True)
class Finding:
    rule: str
    module: str
    line: int
    column: int
    snippet: str
    why: str
    mend: str

    def __str__(self) -> str:
        return (
            f"src/tenantpilot/{self.module}:{self.line}:{self.column}: {self.rule} {self.why}\n"
            f"    {self.snippet}\n    mend: {self.mend}"
        )


def finding(rule: str, source: Source, node: ast.expr, why: str, mend: str) -> Finding:
    line = source.text.splitlines()[node.lineno - 1].strip()
    return Finding(rule, source.module, node.lineno, node.col_offset + 1, line, why, mend)


def sources(root: Path = SOURCES) -> Iterator[Source]:
    """Every Python file of the product but its migrations, which speak of the past."""
    for path in sorted(root.rglob("*.py")):
        module = path.relative_to(root).as_posix()
        if "/migrations/" not in module:
            yield Source(module, path.read_text())
