"""Reviewed exceptions of the configuration: counted, so that they cannot grow unseen or rot."""

from __future__ import annotations

from collections.abc import Iterator

from ownedfields.config import Allow, Config, path_matches
from ownedfields.findings import Finding


def apply(config: Config, findings: list[Finding]) -> tuple[list[Finding], int]:
    """Return the findings that no exception covers, with the exceptions that are stale; and how many were covered."""
    remaining, covered = list(findings), 0
    for allow, rules in _allows(config):
        matching = [finding for finding in remaining if _matches(allow, rules, finding)]
        count = len(matching) if allow.count is None else allow.count
        if len(matching) <= count:
            remaining = [finding for finding in remaining if finding not in matching]
            covered += len(matching)
        if not matching or len(matching) < count:
            remaining.append(_stale(config, allow, len(matching)))
    return remaining, covered


def _allows(config: Config) -> Iterator[tuple[Allow, tuple[str, frozenset[str]]]]:
    for guard in config.guards:
        subjects = frozenset(f"{guard.class_name}.{name}" for name in guard.fields)
        for allow in guard.allow:
            yield allow, ("OPR1", subjects)


def _matches(allow: Allow, rules: tuple[str, frozenset[str]], finding: Finding) -> bool:
    prefix, subjects = rules
    if not finding.rule.startswith(prefix) or finding.subject not in subjects:
        return False
    if allow.rule and allow.rule != finding.rule:
        return False
    if allow.symbol and finding.symbol != allow.symbol and not finding.symbol.endswith(f".{allow.symbol}"):
        return False
    return path_matches(finding.path, allow.file)


def _stale(config: Config, allow: Allow, matched: int) -> Finding:
    where = f"{allow.file}, {allow.symbol}" if allow.symbol else allow.file
    expected = "at least one finding" if allow.count is None else f"{allow.count}"
    source = config.source.name
    return Finding(
        rule="OPR904",
        path=source,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        message=f"the exception for {where} expects {expected} and matches {matched}",
        fix=f"remove it from {source}, or set its count to {matched}" if matched else f"remove it from {source}",
    )
