"""The results of a check: of one file, and of all."""

from __future__ import annotations

from dataclasses import dataclass, field

from ownedfields import exceptions
from ownedfields.config import Config
from ownedfields.discovery import Tree
from ownedfields.findings import Finding

MAX_ROUNDS = 12
Site = tuple[str, str, int, int, str]


@dataclass(slots=True)
class FileResult:
    """The result for one candidate file."""

    findings: list[Finding] = field(default_factory=list)
    exports: list[tuple[str, str, str]] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    ignored: int = 0


@dataclass(slots=True)
class Report:
    """The report of a check: its findings and how it reached them."""

    findings: list[Finding] = field(default_factory=list)
    sites: dict[str, list[Site]] = field(default_factory=dict)
    scanned: int = 0
    parsed: int = 0
    cached: int = 0
    skipped: list[str] = field(default_factory=list)
    ignored: int = 0
    excepted: int = 0
    rounds: int = 0
    seconds: float = 0.0
    project: object = None  # kept, so that nobody waits for it to be freed

    @property
    def could_not_judge(self) -> bool:
        """Return True if some file that mentions a guarded thing is not valid Python."""
        return any(finding.rule == "OPR906" for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 3 nothing found but some file could not be judged."""
        if any(finding.rule != "OPR906" for finding in self.findings):
            return 1
        return 3 if self.could_not_judge else 0


def assembled(config: Config, tree: Tree, results: dict[str, FileResult]) -> Report:
    """Return the findings that no configured exception covers."""
    findings = [finding for result in results.values() for finding in result.findings]
    remaining, excepted = exceptions.apply(config, findings)
    return Report(
        findings=sorted(remaining, key=lambda finding: finding.order),
        sites={path: result.sites for path, result in results.items() if result.sites},
        scanned=len(tree.files),
        skipped=tree.skipped,
        ignored=sum(result.ignored for result in results.values()),
        excepted=excepted,
    )
