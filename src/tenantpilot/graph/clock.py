"""Time, as the client sees it: it comes in, so that tests choose it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The times and waits that the client needs."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def now(self) -> datetime:
        """Return the time of day, with its zone; for a Retry-After that is a date."""

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""


class SystemClock:
    """The real one."""

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
