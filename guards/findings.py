"""The finding of a guard, and the files that guards read."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ownedfields.engine.files.modules import without_collector
from ownedfields.engine.files.walking import walk

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "tenantpilot"


@dataclass(frozen=True)
class Source:
    """A file, parsed when a guard asks for more than its text.

    `module` is its path inside the package, `folder` the package's path inside the repository.
    """

    module: str
    text: str
    folder: str = "src/tenantpilot"

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.module}"

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node, outer before inner."""
        with without_collector():
            return tuple(walk(ast.parse(self.text)))

    def says(self, cues: Iterable[str]) -> bool:
        """Return True if the text holds one of the words; a file that holds none need not be parsed."""
        return any(cue in self.text for cue in cues)


@dataclass(frozen=True)
class Finding:
    rule: str
    path: str
    line: int
    column: int
    snippet: str
    reason: str
    mend: str

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}:{self.column}: {self.rule} {self.reason}\n"
            f"    {self.snippet}\n    mend: {self.mend}"
        )


def finding(rule: str, source: Source, node: ast.expr, reason: str, mend: str) -> Finding:
    return finding_at(rule, source, node.lineno, node.col_offset, reason, mend)


def finding_at(rule: str, source: Source, line: int, column: int, reason: str, mend: str) -> Finding:
    """Return a finding at a line and a column as `ast` counts them: lines from 1, columns from 0."""
    snippet = source.text.splitlines()[line - 1].strip()
    return Finding(rule, source.path, line, column + 1, snippet, reason, mend)


def sources(root: Path = SOURCES) -> Iterator[Source]:
    """Yield every Python file below `root` but migrations, which speak of the past."""
    folder = root.relative_to(ROOT).as_posix() if root.is_relative_to(ROOT) else root.as_posix()
    for path in sorted(root.rglob("*.py")):
        module = path.relative_to(root).as_posix()
        if "migrations" not in path.parts:
            yield Source(module, path.read_text(), folder)
