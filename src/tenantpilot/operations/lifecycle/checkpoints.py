"""Checkpoints: the handler's own data for the next worker, with the counts and failures so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenantpilot.core.sanitizing import Failure
from tenantpilot.core.stored import StoredDataUnreadable


@dataclass(frozen=True)
class Kept:
    """Stored as JSON beside the run's progress."""

    data: Any = None
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "Kept":
        """Return an empty one when nothing was kept. Raises StoredDataUnreadable."""
        if stored is None:
            return cls()
        try:
            return cls(stored["data"], dict(stored["counts"]), [Failure(**entry) for entry in stored["failures"]])
        except (LookupError, TypeError, ValueError):
            raise StoredDataUnreadable("a checkpoint of another form") from None

    def as_json(self) -> dict[str, Any]:
        failures = [failure.as_json() for failure in self.failures]
        return {"data": self.data, "counts": self.counts, "failures": failures}

    @property
    def more_failures(self) -> int:
        return max(self.counts.get("failed", 0) - len(self.failures), 0)
