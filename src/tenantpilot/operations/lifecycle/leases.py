"""A worker's right to write to a run."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

# The event by which a worker gives a run to another in good order; the reconciler does not count such an attempt.
HANDED_OVER = "handed_on"
# The event by which a worker leaves a run for later, because nobody can work on it now; nor does this one count.
SET_ASIDE = "set_aside"
LEFT_IN_GOOD_ORDER = (HANDED_OVER, SET_ASIDE)
# The event by which a worker gives up a run because the database went away under it; this attempt counts as lost.
DATABASE_LOST = "database_lost"


@dataclass(frozen=True)
class Lease:
    """Given by `claim`. Every write of the worker carries token and attempt in its WHERE clause (OPS-07)."""

    run_id: int
    token: UUID
    attempt: int


def lease_time() -> timedelta:
    """Return the time that a lease holds without a heartbeat."""
    return timedelta(seconds=settings.OPERATIONS_LEASE_SECONDS)
