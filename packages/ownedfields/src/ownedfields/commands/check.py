"""`ownedfields check`."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from pathlib import Path

from ownedfields import baseline, proving, reporting
from ownedfields.caching import cached_check
from ownedfields.config import Config, ConfigError
from ownedfields.config_reading import find_config, read_config
from ownedfields.results import Report


def run(options: argparse.Namespace) -> int:
    """Check the project around the given paths, print, and answer with the exit code."""
    paths = [Path(item).resolve() for item in options.paths]
    for argument, path in zip(options.paths, paths, strict=True):
        if not path.exists():
            raise ConfigError(f"{argument} does not exist.")
    source = Path(options.config).resolve() if options.config else find_config(paths[0])
    config = dataclasses.replace(read_config(source))
    if options.strict:
        config = dataclasses.replace(config, strict=True)
    by_content = options.hash or bool(os.environ.get("CI"))
    report = cached_check(config, use_cache=not options.no_cache, by_content=by_content, may_share=True)
    _apply_baseline(options, config, report)
    if options.prove is not None:
        report.findings += proving.prove(config, report, options.prove)
    _limit(report, config, paths)
    _print(options, report, config)
    return report.exit_code


def _apply_baseline(options: argparse.Namespace, config: Config, report: Report) -> None:
    if options.write_baseline:
        count = baseline.write(config, report.findings)
        print(f"{count} findings recorded in {baseline.path_of(config).name}", file=sys.stderr)
    elif options.update_baseline:
        count = baseline.shrink(config, report.findings)
        print(f"{count} findings left in {baseline.path_of(config).name}", file=sys.stderr)
    report.findings = baseline.apply(config, report.findings)


def _limit(report: Report, config: Config, paths: list[Path]) -> None:
    """Report only what lies below the given paths; the judgement always rests on the whole project."""
    root = config.root.resolve()
    relative_paths = [path.relative_to(root).as_posix() if path.is_relative_to(root) else None for path in paths]
    if any(item in (".", "") for item in relative_paths) or any(root.is_relative_to(path) for path in paths):
        return
    outside = next((path for path, item in zip(paths, relative_paths, strict=True) if item is None), None)
    if outside is not None:
        raise ConfigError(f"{outside} lies outside {root}, which the configuration speaks of.")
    report.findings = [
        finding
        for finding in report.findings
        if finding.rule in ("OPR904", "OPR905")
        or any(f"{finding.path}/".startswith(f"{item}/") for item in relative_paths)
    ]


def _print(options: argparse.Namespace, report: Report, config: Config) -> None:
    if options.format in ("full", "concise"):
        text = getattr(reporting, options.format)(report)
    else:
        from ownedfields import formats

        text = formats.render(options.format, report, config)
    if options.output_file:
        Path(options.output_file).write_text(f"{text}\n", encoding="utf-8")
    elif text:
        print(text)
    if options.statistics:
        print(reporting.statistics(report), file=sys.stdout if options.format in ("full", "concise") else sys.stderr)
