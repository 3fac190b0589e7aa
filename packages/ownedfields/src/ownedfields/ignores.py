"""`# ownedfields: ignore[OPR103] -- reason`: real comments only, a rule and a reason each."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass, field

from ownedfields.rules import BY_ID

SHAPE = re.compile(r"#\s*ownedfields:\s*ignore(?P<rules>\[[^\]]*\])?\s*(?:--\s*(?P<reason>.*))?$")
START = re.compile(r"#\s*ownedfields:")


@dataclass(slots=True)
class Ignore:
    """An ignore comment."""

    line: int
    column: int
    rules: tuple[str, ...]
    reason: str
    problem: str = ""
    used: set[str] = field(default_factory=set)


def ignores_in(content: str) -> list[Ignore]:
    """Return every directive of a file, sound or not. A string or a comment that only mentions one is none."""
    if "ownedfields:" not in content:
        return []
    results = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(content).readline):
            if token.type == tokenize.COMMENT and START.match(token.string):
                results.append(_read(token.string.strip(), token.start[0], token.start[1]))
    except (tokenize.TokenError, SyntaxError):
        pass
    return results


def _read(comment: str, line: int, column: int) -> Ignore:
    match = SHAPE.match(comment)
    if match is None:
        return Ignore(line, column, (), "", "OPR903")
    names = (match["rules"] or "[]").strip("[]").replace(" ", "").split(",")
    rules = tuple(name for name in names if name)
    reason = (match["reason"] or "").strip()
    if not rules or any(rule not in BY_ID or rule.startswith("OPR9") for rule in rules):
        return Ignore(line, column, rules, reason, "OPR903")
    return Ignore(line, column, rules, reason, "" if reason else "OPR902")
