"""Turns what one check leaves for the next into text and back.

The file lies in the project's folder, where anybody who sends a change can put one: it is read as data, and one that
is not of this shape to the last value is none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ownedfields.findings import Evidence, Finding
from ownedfields.results import FileResult, Site

Signature = tuple[int, int] | str
Export = tuple[str, str, str]

SITE = (str, str, int, int, str)
WHY = (str, int, str, str)
PLACE = (str, str, int, int, int, int, str, str, str)
LINES = (str, int, int)


@dataclass(slots=True)
class Memory:
    """The memory that one check leaves for the next."""

    key: str
    signatures: dict[str, Signature] = field(default_factory=dict)
    cue_hits: set[str] = field(default_factory=set)
    name_hits: set[str] = field(default_factory=set)
    exports: frozenset[Export] = frozenset()
    results: dict[str, FileResult] = field(default_factory=dict)


def to_text(memory: Memory) -> str:
    """Return the memory as one line of JSON."""
    parts = {
        "key": memory.key,
        "signatures": memory.signatures,
        "cue_hits": sorted(memory.cue_hits),
        "name_hits": sorted(memory.name_hits),
        "exports": sorted(memory.exports),
        "results": {path: _result_to_json(result) for path, result in memory.results.items()},
    }
    return json.dumps(parts, separators=(",", ":"))


def from_text(text: str) -> Memory:
    """Return the memory that `to_text` wrote; raise ValueError, TypeError, KeyError or RecursionError otherwise."""
    parts = json.loads(text)
    return Memory(
        key=_text(parts["key"]),
        signatures={path: _signature(value) for path, value in parts["signatures"].items()},
        cue_hits=set(_texts(parts["cue_hits"])),
        name_hits=set(_texts(parts["name_hits"])),
        exports=frozenset(_export(value) for value in parts["exports"]),
        results={path: _result(value) for path, value in parts["results"].items()},
    )


def _result_to_json(result: FileResult) -> list[object]:
    findings = [_finding_to_json(finding) for finding in result.findings]
    return [findings, result.exports, result.needs, result.sites, result.ignored]


def _finding_to_json(finding: Finding) -> list[object]:
    place = [finding.rule, finding.path, finding.line, finding.column, finding.end_line, finding.end_column]
    fields = [finding.message, finding.symbol, finding.subject, finding.snippet, finding.evidence]
    return [*place, *fields, finding.fix, finding.first_line, finding.last_line]


def _result(value: Any) -> FileResult:
    findings, exports, needs, sites, ignored = value
    return FileResult(
        findings=[_finding(finding) for finding in findings],
        exports=[_export(finding) for finding in exports],
        needs=_texts(needs),
        sites=[_site(finding) for finding in sites],
        ignored=_shaped([ignored], (int,))[0],
    )


def _finding(value: Any) -> Finding:
    *place, snippet, evidence, fix, first, last = value
    rule, path, line, column, end_line, end_column, message, symbol, subject = _shaped(place, PLACE)
    fix, first_line, last_line = _shaped([fix, first, last], LINES)
    return Finding(
        rule=rule,
        path=path,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        message=message,
        symbol=symbol,
        subject=subject,
        snippet=tuple(_texts(snippet)),
        evidence=tuple(Evidence(*_shaped(step, WHY)) for step in evidence),
        fix=fix,
        first_line=first_line,
        last_line=last_line,
    )


def _site(value: Any) -> Site:
    path, subject, line, column, note = _shaped(value, SITE)
    return path, subject, line, column, note


def _export(value: Any) -> Export:
    first, second, third = _texts(value)
    return first, second, third


def _signature(value: Any) -> Signature:
    if type(value) is str:
        return value
    size, time = _shaped(value, (int, int))
    return size, time


def _shaped(value: Any, types: tuple[type, ...]) -> tuple[Any, ...]:
    """Return the values if each is exactly of its type; JSON knows no others that could pass for them."""
    if type(value) is not list or tuple(map(type, value)) != types:
        raise TypeError(f"{types} expected")
    return tuple(value)


def _texts(value: Any) -> list[str]:
    if type(value) is not list or not set(map(type, value)) <= {str}:
        raise TypeError("a list of texts expected")
    return value


def _text(value: Any) -> str:
    return str(_shaped([value], (str,))[0])
