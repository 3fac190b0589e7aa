"""Every way to write a field that we know of, and everything that only looks like one, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sample_project import CASE, check_files

CORPUS = Path(__file__).parent / "corpus"
PRELUDE = "from tp.operations.models import *; from tp.backups.models import BackupRun, BackupItem"
EXPECTED = re.compile(r"#\s*!!\s*((?:OPR\d+\s*)+)$")


class Case(NamedTuple):
    name: str
    files: dict[str, str]


def cases() -> Iterator[Case]:
    for path in sorted(CORPUS.glob("*.txt")):
        for section in path.read_text(encoding="utf-8").split("\n#: ")[1:]:
            title, _, body = section.partition("\n")
            yield Case(f"{path.stem}: {title.removesuffix(' (bare)')}", _files(body, bare=title.endswith("(bare)")))


def _files(body: str, *, bare: bool) -> dict[str, str]:
    files: dict[str, str] = {}
    path, lines = CASE, [] if bare else [PRELUDE]
    for line in body.split("\n"):
        if line.startswith("#> "):
            files[path] = "\n".join(lines)
            path, lines = f"src/tp/{line[3:].strip()}", []
        else:
            lines.append(line)
    files[path] = "\n".join(lines)
    return files


def expected(files: dict[str, str]) -> set[tuple[str, int, str]]:
    return {
        (path, number, rule)
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), start=1)
        if (match := EXPECTED.search(line))
        for rule in match[1].split()
    }


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_finds_exactly_the_marked_lines(case: Case) -> None:
    found = check_files(case.files).findings
    assert {(each.path, each.line, each.rule) for each in found} == expected(case.files)
    assert [
        str(each) for each in found if each.rule < "OPR3" and not (each.evidence and each.fix and each.snippet)
    ] == []


def test_the_corpus_is_large_and_has_both_kinds() -> None:
    violations = [case for case in CASES if expected(case.files)]
    assert len(CASES) >= 150
    assert len(violations) >= 100
    assert len(CASES) - len(violations) >= 50
