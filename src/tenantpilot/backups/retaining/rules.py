"""The decision of retention: a pure function from sets and a rule to the reasons for which each set is kept."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tenantpilot.core.stored import StoredData

MIN_AGE = timedelta(days=7)
"""Every set is kept for this long, whatever the rule says."""
TRASH = timedelta(days=14)
"""The time that a set stays in the trash."""
MOST = 1_000


@dataclass(frozen=True)
class Rule(StoredData):
    """The number of sets to keep: the newest good ones, and of each tier the newest of so many periods."""

    last: int = 7
    hourly: int = 0
    daily: int = 30
    weekly: int = 13
    monthly: int = 12
    yearly: int = 3

    def __post_init__(self) -> None:
        """Raises ValueError for a number outside 0 to MOST, and for a rule that keeps nothing."""
        numbers = [getattr(self, field.name) for field in fields(self)]
        if not all(0 <= number <= MOST for number in numbers) or not any(numbers):
            raise ValueError("a rule keeps 0 to 1,000 sets of each kind, and at least one")

    def is_shorter_than(self, other: "Rule") -> bool:
        """Return True if the other keeps more of any kind."""
        return any(getattr(self, field.name) < getattr(other, field.name) for field in fields(self))

    def longest(self, other: "Rule") -> "Rule":
        """Return the rule that keeps what either keeps."""
        return Rule(**{f.name: max(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)})


class Why(StrEnum):
    """The kinds of reasons."""

    LAST = "last"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    LAST_GOOD = "last_good"
    HELD = "held"
    IN_USE = "in_use"
    YOUNG = "young"
    BUILDING = "building"


@dataclass(frozen=True)
class Reason:
    """`period` is the bucket of a tier: "2026-W47"."""

    cause: Why
    period: str = ""


@dataclass(frozen=True)
class Candidate:
    """A set, reduced to what decides. `at` is its slot, or when it was made."""

    key: int
    at: datetime
    is_good: bool = True
    has_content: bool = True
    is_building: bool = False
    is_held: bool = False
    is_in_use: bool = False
    is_last_good_of_tenant: bool = False


_PERIODS: Mapping[Why, Callable[[datetime], str]] = {
    Why.HOURLY: lambda local: f"{local:%Y-%m-%d %H:00%z}",
    Why.DAILY: lambda local: f"{local:%Y-%m-%d}",
    Why.WEEKLY: lambda local: "{}-W{:02}".format(*local.isocalendar()[:2]),
    Why.MONTHLY: lambda local: f"{local:%Y-%m}",
    Why.YEARLY: lambda local: f"{local:%Y}",
}


def decide(candidates: Iterable[Candidate], rule: Rule, *, zone: str, now: datetime) -> dict[int, tuple[Reason, ...]]:
    """Return for each set of one schedule the reasons to keep it; none means that it goes.

    Periods are those of the slot's date in the schedule's zone. An incomplete set stands for a period that has no good
    one, and never counts to the newest ones.
    """
    newest_first = sorted(candidates, key=lambda candidate: (candidate.at, candidate.key), reverse=True)
    reasons: dict[int, list[Reason]] = {candidate.key: _always(candidate, now) for candidate in newest_first}
    good = [candidate for candidate in newest_first if candidate.is_good]
    if good:
        reasons[good[0].key].append(Reason(Why.LAST_GOOD))
    for candidate in good[: rule.last]:
        reasons[candidate.key].append(Reason(Why.LAST))
    for cause, period_of in _PERIODS.items():
        for period, candidate in _of_tier(newest_first, period_of, ZoneInfo(zone), getattr(rule, cause.value)):
            reasons[candidate.key].append(Reason(cause, period))
    return {key: tuple(set_reasons) for key, set_reasons in reasons.items()}


def _always(candidate: Candidate, now: datetime) -> list[Reason]:
    facts = (
        (candidate.is_building, Why.BUILDING),
        (candidate.is_held, Why.HELD),
        (candidate.is_in_use, Why.IN_USE),
        (candidate.at > now - MIN_AGE, Why.YOUNG),
        (candidate.is_last_good_of_tenant, Why.LAST_GOOD),
    )
    return [Reason(cause) for is_so, cause in facts if is_so]


def _of_tier(
    newest_first: Sequence[Candidate], period_of: Callable[[datetime], str], zone: ZoneInfo, number: int
) -> list[tuple[str, Candidate]]:
    """Return the newest set of each of the newest periods that have one, a good one where there is one."""
    chosen: dict[str, Candidate] = {}
    for candidate in newest_first:
        if not candidate.has_content:
            continue
        period = period_of(candidate.at.astimezone(zone))
        standing = chosen.get(period)
        if standing is None or (candidate.is_good and not standing.is_good):
            chosen[period] = candidate
    return list(chosen.items())[:number]
