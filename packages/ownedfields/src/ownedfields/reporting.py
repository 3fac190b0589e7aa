"""The report as text for people: full and concise."""

from __future__ import annotations

from ownedfields.findings import Finding
from ownedfields.results import Report


def full(report: Report) -> str:
    """Return every finding with its source, its evidence and its cure."""
    parts = [detail(finding) for finding in report.findings]
    return "\n".join([*parts, summary(report)])


def concise(report: Report) -> str:
    """Return one line for each finding."""
    return "\n".join([*(headline(finding) for finding in report.findings), summary(report)])


def headline(finding: Finding) -> str:
    """`path:line:col: OPR103 message`."""
    return f"{finding.path}:{finding.line}:{finding.column}: {finding.rule} {finding.message}"


def detail(finding: Finding) -> str:
    """Return a finding with its source, its evidence and its cure."""
    lines = [headline(finding), *_source(finding)]
    for step in finding.evidence:
        place = f"line {step.line}" if step.path == finding.path else f"{step.path}:{step.line}"
        note = f" ({step.note})" if step.note else ""
        lines.append(f"  why: {place}: {step.text}{note}")
    if finding.fix:
        lines.append(f"  fix: {finding.fix}")
    if finding.rule < "OPR9":
        lines.append(
            f"  except it: # ownedfields: ignore[{finding.rule}] -- reason   (ownedfields explain {finding.rule})"
        )
    return "\n".join([*lines, ""])


def _source(finding: Finding) -> list[str]:
    lines = []
    for number, text in enumerate(finding.snippet, finding.line):
        lines.append(f"{number:>6} | {text}")
        if number == finding.line:
            end = finding.end_column if finding.end_line == finding.line else len(text) + 1
            width = max(1, min(end, len(text) + 1) - finding.column)
            lines.append(f"       | {' ' * (finding.column - 1)}{'^' * width}")
    return lines


def summary(report: Report) -> str:
    """Return the counts of files and findings in one line."""
    count = len(report.findings)
    count_words = "no finding" if not count else f"{count} finding{'s' if count > 1 else ''}"
    more = [f"{report.scanned} files scanned", f"{report.parsed} judged"]
    if report.cached:
        more.append(f"{report.cached} from the cache")
    if report.skipped:
        more.append(f"{len(report.skipped)} skipped")
    if report.ignored:
        more.append(f"{report.ignored} ignored with a reason")
    if report.excepted:
        more.append(f"{report.excepted} excepted")
    return f"{count_words} ({', '.join(more)})"


def statistics(report: Report) -> str:
    """Counts by rule, and the work it took."""
    counts: dict[str, int] = {}
    for finding in report.findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    lines = [f"{count:>6}  {rule}" for rule, count in sorted(counts.items())]
    lines += [
        f"{report.scanned:>6}  files scanned",
        f"{report.parsed:>6}  files judged in {report.rounds} rounds, {report.cached} of them from the cache",
        f"{sum(map(len, report.sites.values())):>6}  known writes, allowed ones included",
        f"{len(report.skipped):>6}  files and folders skipped: {', '.join(sorted(report.skipped)[:8]) or 'none'}",
        f"{report.seconds:>6.2f}  seconds",
    ]
    return "\n".join(lines)
