"""The report for machines: JSON, JSON lines, SARIF, GitHub annotations, JUnit."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ownedfields import __version__
from ownedfields.config import Config
from ownedfields.findings import Finding
from ownedfields.results import Report
from ownedfields.rules import RULES

MAX_SARIF = 25_000
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(name: str, report: Report, config: Config) -> str:
    """Return the report in a machine's format."""
    return RENDERERS[name](report, config)


def _as_dict(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "message": finding.message,
        "symbol": finding.symbol,
        "subject": finding.subject,
        "snippet": list(finding.snippet),
        "why": [step._asdict() for step in finding.evidence],
        "fix": finding.fix,
    }


def _json(report: Report, config: Config) -> str:
    content = {
        "version": __version__,
        "findings": [_as_dict(finding) for finding in report.findings],
        "files_scanned": report.scanned,
        "files_judged": report.parsed,
        "files_skipped": sorted(report.skipped),
        "ignored": report.ignored,
        "excepted": report.excepted,
        "seconds": round(report.seconds, 3),
        "exit_code": report.exit_code,
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _jsonl(report: Report, config: Config) -> str:
    return "\n".join(json.dumps(_as_dict(finding), ensure_ascii=False) for finding in report.findings)


def _github(report: Report, config: Config) -> str:
    return "\n".join(
        f"::error file={_property(finding.path)},line={finding.line},endLine={finding.end_line},col={finding.column},"
        f"title={_property(finding.rule)}::{_data(f'{finding.message}. Fix: {finding.fix}')}"
        for finding in report.findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _junit(report: Report, config: Config) -> str:
    cases = []
    for finding in report.findings:
        name = quoteattr(f"{finding.rule} {finding.path}:{finding.line}")
        body = escape("\n".join([*finding.snippet, f"fix: {finding.fix}"]))
        cases.append(
            f'  <testcase classname="ownedfields" name={name} file={quoteattr(finding.path)} line="{finding.line}">'
            f"<failure message={quoteattr(finding.message)}>{body}</failure></testcase>"
        )
    if not cases:
        cases.append(f'  <testcase classname="ownedfields" name="{report.scanned} files"/>')
    count = len(report.findings)
    head = (
        f'<testsuite name="ownedfields" tests="{len(cases)}" failures="{count}" errors="0" time="{report.seconds:.3f}">'
    )
    return "\n".join(
        ['<?xml version="1.0" encoding="utf-8"?>', "<testsuites>", head, *cases, "</testsuite>", "</testsuites>"]
    )


def _sarif(report: Report, config: Config) -> str:
    occurrences: Counter[str] = Counter()
    results = [_result(finding, occurrences) for finding in report.findings[:MAX_SARIF]]
    driver = {
        "name": "ownedfields",
        "version": __version__,
        "rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "shortDescription": {"text": rule.summary},
                "help": {"text": f"Wrong:\n{rule.wrong}\n\nRight:\n{rule.right}"},
            }
            for rule in RULES
        ],
    }
    run = {
        "tool": {"driver": driver},
        "results": results,
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"description": {"text": "the root of the checked project"}}},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def _result(finding: Finding, occurrences: Counter[str]) -> dict[str, Any]:
    """Return one SARIF result. The fingerprint outlives edits elsewhere in the file: it counts no lines."""
    basis = "|".join([finding.rule, finding.path, finding.symbol, finding.subject, "".join(finding.snippet).strip()])
    occurrences[basis] += 1
    fingerprint = hashlib.sha256(f"{basis}|{occurrences[basis]}".encode()).hexdigest()[:32]
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    return {
        "ruleId": finding.rule,
        "level": "error",
        "message": {"text": f"{finding.message}. Fix: {finding.fix}"},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": finding.path, "uriBaseId": "ROOT"}, "region": region}}
        ],
        "partialFingerprints": {"ownedfields/v1": fingerprint},
    }


RENDERERS: dict[str, Callable[[Report, Config], str]] = {
    "json": _json,
    "jsonl": _jsonl,
    "sarif": _sarif,
    "github": _github,
    "junit": _junit,
}
