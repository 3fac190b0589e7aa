"""Maps the writes that the tests executed to the sites that are known from the sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ownedfields.config import Config, ConfigError
from ownedfields.findings import Evidence, Finding
from ownedfields.results import Report

DEFAULT = "executed.json"


def executed_path(config: Config, path: str = "") -> Path:
    """Return the file in which the pytest plugin leaves the writes it saw."""
    return Path(path) if path else config.root / config.cache_dir / DEFAULT


def prove(config: Config, report: Report, record_path: str) -> list[Finding]:
    """Return one finding for each executed write that no known site explains. Raises where nothing was executed."""
    path = executed_path(config, record_path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        writes = content["writes"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"{path} holds no executed writes. Run the tests with `pytest --ownedfields-record` first."
        ) from error
    if content.get("lost_workers"):
        raise ConfigError(
            f"{path} is not whole: {content['lost_workers']} of the processes that ran the tests died with what they "
            "had recorded. Run the tests again."
        )
    if not writes:
        raise ConfigError(
            f"{path} holds no executed write: the tests never wrote a protected column, which proves nothing."
        )
    unmapped = [write for write in writes if _site(config, report, write) is None]
    mapped = len(writes) - len(unmapped)
    print(f"{mapped} of {len(writes)} executed writes map to a known site")
    return [_finding(write) for write in unmapped]


def _site(config: Config, report: Report, write: dict[str, Any]) -> tuple[str, int] | None:
    guard = next(
        (
            configured
            for configured in config.guards
            if configured.model == write["model"] and write["field"] in configured.fields
        ),
        None,
    )
    for path, line, symbol in write["stack"]:
        if guard is not None and guard.is_owner(path):
            return path, line
        for model, field, first, last, name in report.sites.get(path, ()):
            inside = first <= line <= last or (symbol != "<module>" and name.rpartition(".")[2] == symbol)
            if model == write["model"] and field == write["field"] and inside:
                return path, line
    return None


def _finding(write: dict[str, Any]) -> Finding:
    path, line, symbol = write["stack"][0] if write["stack"] else ("<unknown>", 1, "<module>")
    name = f"{write['model'].rpartition('.')[2]}.{write['field']}"
    return Finding(
        rule="OPR111",
        path=path,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        message=f"{name} was written while {write['test']} ran, from a place that no rule knows",
        symbol=symbol,
        subject=name,
        evidence=tuple(Evidence(frame[0], frame[1], frame[2]) for frame in write["stack"][:4]),
        fix="let the owner write it, or write this form so that it can be read from the source",
        first_line=line,
        last_line=line,
    )
