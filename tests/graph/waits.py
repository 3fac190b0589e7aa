"""Waits of the Graph client that take no time: its clock goes on by as much as it would have slept."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenantpilot.graph.client import budget
from tenantpilot.graph.clock import SystemClock


def skip_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every system clock be ahead of the real time by all that was slept in this process."""
    ahead, lock = [0.0], threading.Lock()

    def sleep(_clock: Any, seconds: float) -> None:
        with lock:
            ahead[0] += seconds

    # What an earlier test booked ahead of the real time would hold this one up.
    monkeypatch.setattr(budget, "_OF_THIS_PROCESS", budget.MemoryStore())
    monkeypatch.setattr(SystemClock, "sleep", sleep)
    monkeypatch.setattr(SystemClock, "monotonic", lambda _clock: time.monotonic() + ahead[0])
    monkeypatch.setattr(SystemClock, "now", lambda _clock: datetime.now(UTC) + timedelta(seconds=ahead[0]))
