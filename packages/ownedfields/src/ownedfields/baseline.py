"""Findings that are known and left for later: recorded by place and count, and only ever fewer."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from ownedfields.config import Config, ConfigError
from ownedfields.findings import Finding

DEFAULT = "ownedfields-baseline.json"
Key = tuple[str, str, str, str]


def path_of(config: Config) -> Path:
    """Return the baseline file of a project."""
    return config.root / (config.baseline or DEFAULT)


def write(config: Config, findings: list[Finding]) -> int:
    """Record today's findings. Refused where a baseline exists: it may only shrink."""
    path = path_of(config)
    if path.exists():
        raise ConfigError(
            f"{path.name} exists. `--update-baseline` takes mended findings out; new ones are to be mended."
        )
    counts = _counts(findings)
    _store(path, counts)
    return sum(counts.values())


def shrink(config: Config, findings: list[Finding]) -> int:
    """Take out what was mended. Never adds."""
    baseline = _load(config)
    now = _counts(findings)
    left = Counter({key: min(count, now[key]) for key, count in baseline.items() if now[key]})
    _store(path_of(config), left)
    return sum(left.values())


def apply(config: Config, findings: list[Finding]) -> list[Finding]:
    """Return the findings that the baseline does not hold, and one for each of its entries that is gone."""
    baseline = _load(config)
    if not baseline:
        return findings
    now = _counts(findings)
    remaining = [
        finding for finding in findings if now[_key(finding)] > baseline[_key(finding)] or not baseline[_key(finding)]
    ]
    gone = [_stale(config, key, count, now[key]) for key, count in baseline.items() if now[key] < count]
    return [*remaining, *gone]


def _key(finding: Finding) -> Key:
    return (finding.rule, finding.path, finding.symbol, finding.subject)


def _counts(findings: list[Finding]) -> Counter[Key]:
    return Counter(_key(finding) for finding in findings if not finding.rule.startswith("OPR9"))


def _load(config: Config) -> Counter[Key]:
    path = path_of(config)
    if not path.exists():
        if config.baseline:
            raise ConfigError(f"the baseline {config.baseline} does not exist. `check --write-baseline` makes it.")
        return Counter()
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["findings"]
        return Counter(
            {
                (entry["rule"], entry["file"], entry["symbol"], entry["subject"]): int(entry["count"])
                for entry in entries
            }
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path.name} is no baseline: {error!r}") from error


def _store(path: Path, counts: Counter[Key]) -> None:
    entries = [
        {"rule": rule, "file": file, "symbol": symbol, "subject": subject, "count": count}
        for (rule, file, symbol, subject), count in sorted(counts.items())
    ]
    path.write_text(json.dumps({"version": 1, "findings": entries}, indent=1) + "\n", encoding="utf-8")


def _stale(config: Config, key: Key, count: int, now: int) -> Finding:
    rule, file, symbol, subject = key
    return Finding(
        rule="OPR905",
        path=path_of(config).name,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        message=f"the baseline holds {count} of {rule} {subject} in {file}, {symbol}; there is {now}",
        fix="run `ownedfields check --update-baseline`",
    )
