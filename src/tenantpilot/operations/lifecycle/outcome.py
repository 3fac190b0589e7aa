"""Decide the outcome of a run: it follows from the counts (OPS-13)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tenantpilot.core.sanitizing import Failure, describe
from tenantpilot.operations.states import RunOutcome
from tenantpilot.operations.summary import clean_counts

MAX_FAILURES = 50
# The database refuses more than 32,768 characters of JSON, where a letter that is not ASCII takes six or twelve.
MAX_STORED = 32_000
# Counts that show that something worked, for a handler that counts nothing as succeeded or processed.
_DONE = ("created", "updated", "deleted", "unchanged")

FailureEntry = dict[str, str | int]


@dataclass(frozen=True)
class Ending:
    """The values that `finish` writes. `failures` is the stored form, bounded (OPS-11).

    `seconds_spent`: how long the run was worked on, over all attempts; 0 leaves what its workers said.
    """

    outcome: RunOutcome
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[FailureEntry] = field(default_factory=list)
    reason_code: str = ""
    message: str = ""
    seconds_spent: float = 0.0


@dataclass(frozen=True)
class EndedRun:
    """The row of a run at the moment of its ending."""

    pk: int
    workspace_id: int
    tenant_id: int | None
    initiator_id: int | None
    type: str
    attempt: int
    cancelled_by_id: int | None


def ending_of(
    counts: Mapping[str, int], failures: Iterable[Failure] = (), *, more_failures: int = 0, is_warned: bool = False
) -> Ending:
    """The handler came to its end: succeeded, partially succeeded or failed, by its counts.

    `is_warned`: the run has warnings, and its type says that such a run has succeeded in part at best.
    """
    clean = clean_counts(counts)
    outcome = outcome_of(clean)
    stored = list(failures)
    if outcome is RunOutcome.SUCCEEDED and is_warned:
        total = max(clean.get("total", 0), clean.get("processed", 0))
        reason = describe("items_differ", {"count": clean.get("warnings", 0), "total": total})
        return Ending(
            RunOutcome.PARTIALLY_SUCCEEDED, clean, bounded(stored, more_failures), reason.code, reason.message
        )
    if outcome is RunOutcome.SUCCEEDED:
        return Ending(outcome, clean, bounded(stored, more_failures))
    reason = _common_reason(stored, clean)
    return Ending(outcome, clean, bounded(stored, more_failures), reason.code, reason.message)


def stopped(
    outcome: RunOutcome,
    reason: Failure,
    counts: Mapping[str, int] | None = None,
    failures: Iterable[Failure] = (),
    *,
    more_failures: int = 0,
) -> Ending:
    """Something other than the handler's return ended it."""
    return Ending(
        outcome, clean_counts(counts or {}), bounded(list(failures), more_failures), reason.code, reason.message
    )


def outcome_of(counts: Mapping[str, int]) -> RunOutcome:
    """Return the outcome that follows from the counts; a run with a waiting item is at best partially succeeded."""
    failed = counts.get("failed", 0)
    if not failed:
        return RunOutcome.PARTIALLY_SUCCEEDED if counts.get("waiting", 0) else RunOutcome.SUCCEEDED
    worked = max(
        counts.get("succeeded", 0), counts.get("processed", 0) - failed, *(counts.get(key, 0) for key in _DONE)
    )
    return RunOutcome.PARTIALLY_SUCCEEDED if worked > 0 else RunOutcome.FAILED


def bounded(failures: list[Failure], more: int = 0) -> list[FailureEntry]:
    """At most 50 entries and as much text as the column holds, then {"more": how many were left out}."""
    entries: list[FailureEntry] = []
    room = MAX_STORED
    for failure in failures[:MAX_FAILURES]:
        entry: FailureEntry = dict(failure.as_json())
        room -= len(json.dumps(entry)) + len(", ")
        if room < 0:
            break
        entries.append(entry)
    left_out = len(failures) - len(entries) + more
    return [*entries, {"more": left_out}] if left_out else entries


def _common_reason(failures: list[Failure], counts: Mapping[str, int]) -> Failure:
    """Return the reason that a person reads first.

    It is the reason that all failures have, else the number of failures and of their reasons. Where nothing failed,
    it is the number of items that wait.
    """
    codes = {failure.code for failure in failures}
    if len(codes) == 1:
        messages = {failure.message for failure in failures}
        return Failure(failures[0].code, failures[0].message) if len(messages) == 1 else describe(failures[0].code)
    failed, waiting = counts.get("failed", 0), counts.get("waiting", 0)
    total = max(counts.get("total", 0), counts.get("processed", 0), failed, waiting)
    if not failed:
        return describe("items_waiting", {"waiting": waiting, "total": total})
    reasons = {"reasons": len(codes)} if codes else {}
    return describe("items_failed", {"failed": failed, "total": total, **reasons})
