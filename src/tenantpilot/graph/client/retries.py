"""Decide how long to wait and how often to try: Graph's own word first, else backoff with jitter.

Source: https://learn.microsoft.com/graph/throttling
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from tenantpilot.graph.clock import Clock
from tenantpilot.graph.errors import (
    GraphDeadlineExceeded,
    GraphError,
    GraphInternalError,
    GraphResponseUnreadable,
    GraphStopped,
    GraphThrottled,
    GraphUnavailable,
)

Stop = Callable[[], bool]
"""Asked between attempts and about twice a second while waiting, from several threads: cheap and thread-safe."""

Waits = Callable[[float], None]
"""Told how many seconds are about to be waited, from several threads: cheap and thread-safe."""

LONGEST_WAIT_TOLD = 3600.0
LONGEST_FLOOR = 60.0
POLL_SECONDS = 0.5


def never() -> bool:
    """A stop that is never asked for."""
    return False


def nobody(_seconds: float) -> None:
    """Ignore a wait, where nobody needs to hear of it."""


@dataclass(frozen=True)
class RetryPolicy:
    """The limits of one call: a page, a batch, an object, a write."""

    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    """Between one byte and the next."""
    attempt_seconds: float = 120.0
    """One exchange as a whole, so that an answer in drips ends."""
    call_seconds: float = 600.0
    """All attempts and all waits of one call."""
    throttled_backoff: tuple[float, ...] = (10.0, 20.0, 40.0, 60.0)
    unavailable_backoff: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    """After each, one more attempt; then it is given up."""
    internal_error_backoff: tuple[float, ...] = (1.0, 3.0)
    """Intune's 500 is often permanent: twice more, then it is reported."""
    look_seconds: float = 5.0
    """Between two looks for what was just written, where Graph shows it late."""
    jitter: float = 0.25
    """Up to this share is added to a wait, so that those who wait do not return together."""


def retry_after_seconds(header: str | None, *, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for: "30", "2.128" or an HTTP date. None when it asks for no wait.

    `now` is the time of whoever wrote the header, since our clock may differ from theirs.
    """
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        moment = date_of(header)
        seconds = (moment - now).total_seconds() if moment else 0.0
    # Nothing, not a number, or gone by: asking again at once would be answered the same.
    return min(seconds, LONGEST_WAIT_TOLD) if seconds > 0 else None


def date_of(header: str | None) -> datetime | None:
    """Return the moment of an HTTP date; None when it is not one."""
    try:
        moment = parsedate_to_datetime(header or "")
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _floor(had: int) -> float:
    """Return the least wait after so many refusals: who asks for too little is asked ever more seldom."""
    return 0.0 if had <= 1 else min(2.0 ** min(had - 2, 10), LONGEST_FLOOR)


@dataclass
class Call:
    """A call on its way, with the rest of its time and the failures it has had."""

    retry_policy: RetryPolicy
    clock: Clock
    stop: Stop = never
    chance: Callable[[], float] = random.random
    _ends_at: float = field(init=False)
    _had: dict[type[GraphError], int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._ends_at = self.clock.monotonic() + self.retry_policy.call_seconds

    @property
    def seconds_left(self) -> float:
        return self._ends_at - self.clock.monotonic()

    def check(self) -> None:
        """Raises GraphStopped or GraphDeadlineExceeded."""
        if self.stop():
            raise GraphStopped
        if self.seconds_left <= 0:
            raise GraphDeadlineExceeded

    def attempt_seconds(self) -> float:
        """Return the seconds that the next exchange may take. Raises as `check`."""
        self.check()
        return min(self.retry_policy.attempt_seconds, self.seconds_left)

    def sleep(self, seconds: float) -> None:
        """Wait in short steps. Raises GraphStopped as soon as a stop is asked for."""
        wakes_at = self.clock.monotonic() + seconds
        while (left := wakes_at - self.clock.monotonic()) > 0:
            if self.stop():
                raise GraphStopped
            self.clock.sleep(min(left, POLL_SECONDS))

    def delay_after(self, error: GraphError) -> float:
        """Seconds to wait before the next attempt. Raises the error when there is to be none."""
        if not isinstance(error, GraphThrottled | GraphUnavailable):
            raise error
        delay = self.with_jitter(self._told_or_backoff(error))
        if delay >= self.seconds_left:
            raise error
        return delay

    def _told_or_backoff(self, error: GraphError) -> float:
        backoff, error_type = self._backoff_for(error)
        had = self._had[error_type] = self._had.get(error_type, 0) + 1
        if error_type is not GraphThrottled and had > len(backoff):
            raise error
        retry_after = error.facts.retry_after
        return backoff[min(had, len(backoff)) - 1] if retry_after is None else max(retry_after, _floor(had))

    def _backoff_for(self, error: GraphError) -> tuple[tuple[float, ...], type[GraphError]]:
        if isinstance(error, GraphThrottled):
            return self.retry_policy.throttled_backoff, GraphThrottled
        if isinstance(error, GraphInternalError | GraphResponseUnreadable):
            return self.retry_policy.internal_error_backoff, GraphInternalError
        return self.retry_policy.unavailable_backoff, GraphUnavailable

    def with_jitter(self, seconds: float, *, most: float = float("inf")) -> float:
        """Return a little more than Graph asked for, so that waiting threads do not return together."""
        return seconds + min(seconds * self.retry_policy.jitter, most) * self.chance()
