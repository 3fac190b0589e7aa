"""The page of what a run made or worked on: a backup set, a restore, a library.

A feature declares it in its module `run_results`, whose `result_finders` map operation types to functions. Everybody
who sees a run may see these pages: every role reads all of its tenant.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from tenantpilot.operations.models import OperationRun
from tenantpilot.web.frame.features import feature_modules


@dataclass(frozen=True)
class RunResult:
    """The object that a run made or worked on, with its page. `kind` is the word for such objects."""

    kind: str
    name: str
    url: str


ResultFinder = Callable[[OperationRun], RunResult | None]


@cache
def result_finders() -> Mapping[str, ResultFinder]:
    """Return the functions that all features declare, by the key of the operation type."""
    return {key: finder for module in feature_modules("run_results") for key, finder in module.result_finders.items()}


def result_of(run: OperationRun) -> RunResult | None:
    """Return the result of a run; None where there is none, or none any more."""
    finder = result_finders().get(run.type)
    return finder(run) if finder else None
