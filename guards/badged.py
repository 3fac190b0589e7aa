"""GUARD-M: a badge that a page draws is declared by a room, else it is a grey word."""

import re
from collections.abc import Iterator, Set
from pathlib import Path

from guards.findings import ROOT, Finding

DRAWN = re.compile(r'{%\s*badge\s+"(?P<domain>[^"]*)"(?:\s+"(?P<value>[^"]*)")?')
Badges = Set[tuple[str, str]]


def check(template: Path, badges: Badges) -> Iterator[Finding]:
    """Yield each badge of a template whose domain, or whose value where the template spells it, no room declares."""
    place = str(template.relative_to(ROOT)) if template.is_relative_to(ROOT) else template.name
    for number, line in enumerate(template.read_text(encoding="utf-8").splitlines(), start=1):
        for match in DRAWN.finditer(line):
            if not _is_declared(match["domain"], match["value"], badges):
                word = ".".join(filter(None, match.groups()))
                reason = f"the badge {word!r} is in no catalogue"
                yield Finding(
                    "GUARD-M", place, number, match.start() + 1, word, reason, "add it to the room's badges.py"
                )


def _is_declared(domain: str, value: str | None, badges: Badges) -> bool:
    if value is not None:
        return (domain, value) in badges
    return domain in {name for name, _value in badges}
