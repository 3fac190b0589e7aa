"""Give the simulator its time: the machine's, or the test's."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits. Everything in the simulator that depends on time goes through one."""

    def now(self) -> datetime:
        """Return the current time, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Let the given time pass."""


class RealClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        return datetime.fromtimestamp(time.time(), tz=UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(seconds)


class ShiftedClock(RealClock):
    """The machine's clock, so many seconds away from it; it runs on, and is moved as it is told."""

    def __init__(self, seconds: float) -> None:
        self._shift = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Return the shifted time, in UTC."""
        return super().now() + self._shift

    def advance(self, seconds: float) -> None:
        """Let the given time pass at once; it may be negative."""
        self._shift += timedelta(seconds=seconds)


class VirtualClock:
    """A clock that stands still until it is advanced; a wait advances it and returns at once."""

    def __init__(self, start: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the current virtual time, in UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let the given time pass at once."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Advance by the given time, yielding once so that others may run."""
        self.advance(seconds)
        await asyncio.sleep(0)


def iso(moment: datetime) -> str:
    """Return a moment as Graph writes it, e.g. 2026-11-02T09:00:00.1234560Z."""
    stamp = moment.astimezone(UTC)
    if not stamp.microsecond:
        return stamp.strftime("%Y-%m-%dT%H:%M:%SZ")
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def http_date(moment: datetime) -> str:
    """Return a moment as an HTTP date, e.g. Mon, 02 Nov 2026 09:00:00 GMT."""
    return moment.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
