"""Measure the time spent on a run over all its attempts, by monotonic clocks and no wall clock."""

import time
from collections.abc import Callable

from django.db.models import Expression, F, Value
from django.db.models.functions import Greatest


class TimeSpent:
    """Goes on from what the attempts before were seen to take."""

    def __init__(self, before: float, ticks: Callable[[], float] = time.monotonic) -> None:
        self._before, self._ticks = before, ticks
        self._began = ticks()

    @property
    def seconds(self) -> float:
        return round(self._before + self._ticks() - self._began, 3)


def at_least(seconds: float) -> Expression:
    """Return the new seconds of the row: time that was spent is never taken back."""
    return Greatest(F("seconds_spent"), Value(float(seconds)))
