"""The retention of runs: by outcome, with exceptions for single types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings


@dataclass(frozen=True)
class Rules:
    """`days` is keyed by outcome ("succeeded") or by type and outcome ("inventory_sync.succeeded")."""

    days: Mapping[str, int]

    def is_over(self, type_key: str, outcome: str, completed_at: datetime, *, now: datetime) -> bool:
        """Return True if a completed run has been kept as long as it should."""
        kept_for = self.days.get(f"{type_key}.{outcome}", self.days[outcome])
        return completed_at < now - timedelta(days=kept_for)

    def nothing_is_over_after(self, *, now: datetime) -> datetime:
        """Return the moment after which every run is kept."""
        return now - timedelta(days=min(self.days.values()))

    def everything_is_over_before(self, *, now: datetime) -> datetime:
        """Return the moment before which no ended run is kept."""
        return now - timedelta(days=max(self.days.values()))


def configured() -> Rules:
    """Return the rules of the settings."""
    return Rules(settings.OPERATIONS_KEEP_DAYS)
