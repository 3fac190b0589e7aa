"""The answer of one check."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tenantpilot.cli.problems import problem_of


class Verdict(StrEnum):
    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True)
class Finding:
    """`remedy` says what to do about a failed check."""

    check: str
    verdict: Verdict
    says: str
    remedy: str = ""

    @property
    def failed(self) -> bool:
        return self.verdict is Verdict.FAILED


class NotLookedAt(Exception):
    """The check does not apply here; the text says why."""


@dataclass(frozen=True)
class Check:
    """`look` answers what is well, and raises what is not."""

    name: str
    look: Callable[[], str]

    def run(self) -> Finding:
        try:
            return Finding(self.name, Verdict.OK, self.look())
        except NotLookedAt as why:
            return Finding(self.name, Verdict.NOT_CHECKED, str(why))
        except Exception as error:
            if (problem := problem_of(error)) is None:
                raise
            return Finding(self.name, Verdict.FAILED, problem.what, problem.remedy)
