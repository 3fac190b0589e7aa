"""GUARD-I: words that a stranger cannot read, in docstrings and names, and lines of templates that are too long.

`docs/explanation/glossary.md` says which words to use instead.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from guards.findings import ROOT, Finding, Source, finding_at

RULE = "GUARD-I"
LONGEST_TEMPLATE_LINE = 120
# A docstring that begins so is a clause without its sentence: the reader must open the body to learn what comes back.
HEADLESS = frozenset({
    "how", "none", "once", "one", "what", "whatever", "when", "where", "wherever", "whether", "which", "whichever",
    "who", "whoever", "whom", "whose", "why",
})  # fmt: skip
# "Return what the run needs" hides the noun as well: it says that something is returned, and not what.
CLAUSES = HEADLESS - {"none", "once", "one"}
# Participles and pronouns say how a value came about, and not what it is.
BANNED_NAMES = frozenset({
    "asked", "each", "found", "given", "here", "kept", "known", "made", "mine", "one", "others", "ours", "reached",
    "read", "said", "seen", "sent", "shown", "taken", "theirs", "there", "those", "told", "wanted", "what", "who",
    "whole", "why",
})  # fmt: skip
# The base of dataclasses that are stored as JSON (tenantpilot.core.stored).
STORED = "StoredData"
SENTENCE = (
    "begin with an imperative verb or a subject, and say what is returned or changed: "
    "“Return the run if it still needs a slot, else None.”"
)
NOUN = "name the value with a noun of the field: `expired_runs`, `finding`, `policy`"
WRAP = "break the line: a block or a tag a line (make format)"

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def check(source: Source) -> Iterator[Finding]:
    """Yield what a stranger would stumble over in one Python file."""
    agreed = set(_agreed_names(source.nodes))
    for node in source.nodes:
        if isinstance(node, Documented):
            yield from check_docstring(source, node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in agreed:
            yield from _name(source, node, node.id)
        elif isinstance(node, ast.arg):
            yield from _name(source, node, node.arg)


def _agreed_names(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield names that other words would break: filters and form fields in addresses, fields of stored data in JSON."""
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            assignments = [part for part in node.body if isinstance(part, ast.Assign)]
            yield from (part.targets[0] for part in assignments if isinstance(part.value, ast.Call))
            if any(isinstance(base, ast.Name) and base.id == STORED for base in node.bases):
                yield from (part.target for part in node.body if isinstance(part, ast.AnnAssign))


def check_template(path: Path) -> Iterator[Finding]:
    """Yield every line of a template that is longer than LONGEST_TEMPLATE_LINE."""
    name = path.relative_to(ROOT).as_posix()
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if len(line) > LONGEST_TEMPLATE_LINE:
            reason = f"a line of {len(line)} characters"
            yield Finding(RULE, name, number, LONGEST_TEMPLATE_LINE + 1, line.strip()[:80], reason, WRAP)


def templates(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.html"))


def check_docstring(source: Source, node: Documented) -> Iterator[Finding]:
    text = ast.get_docstring(node)
    first = re.match(r"\W*(Returns? )?(\w+)", text or "")
    if first and first[2].lower() in (CLAUSES if first[1] else HEADLESS):
        where, reason = node.body[0], f"a docstring begins with “{first[0].strip()}”"
        yield finding_at(RULE, source, where.lineno, where.col_offset, reason, SENTENCE)


def _name(source: Source, node: ast.Name | ast.arg, name: str) -> Iterator[Finding]:
    if name in BANNED_NAMES:
        yield finding_at(RULE, source, node.lineno, node.col_offset, f"the name `{name}` says no noun", NOUN)
