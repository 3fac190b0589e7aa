"""Track how long each run was silent, by this process's own monotonic clock.

A wall clock may jump, and those of two machines differ. So no stored time decides that a worker is lost, only that
its row was seen unchanged for as long as a lease lasts.
"""

import time
from collections.abc import Callable, Hashable, Mapping

from django.conf import settings

Signs = Mapping[Hashable, Hashable]


class Watch:
    """Remembers the sign that each thing gave last, and for how long it has been the same."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._seen: dict[Hashable, tuple[Hashable, float]] = {}
        self._looked_at = ticks()

    def look(self, signs: Signs) -> dict[Hashable, float]:
        """Return the seconds for which each has given this sign. What is not among them is forgotten."""
        passed = self._passed()
        self._seen = {key: (sign, self._unchanged(key, sign, passed)) for key, sign in signs.items()}
        return {key: seconds for key, (_sign, seconds) in self._seen.items()}

    def _passed(self) -> float:
        """Of a long pause half a lease counts: this process may have been suspended, and the workers with it."""
        before, self._looked_at = self._looked_at, self._ticks()
        return min(self._looked_at - before, settings.OPERATIONS_LEASE_SECONDS / 2)

    def _unchanged(self, key: Hashable, sign: Hashable, passed: float) -> float:
        last, seconds = self._seen.get(key, (None, 0.0))
        return seconds + passed if last == sign else 0.0


watch = Watch()
"""The process's own: each pass of the reconciler adds to what the passes before have seen."""
