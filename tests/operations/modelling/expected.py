"""A run as the model has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.lifecycle.statements import stored_token

LEASE = timedelta(seconds=60)
REDISPATCH = 60


@dataclass
class Expected:
    """Changed by the rules of the machine, and never by what the database says."""

    initiator: int | None
    what: str
    created: datetime
    status: str = "queued"
    outcome: str | None = None
    attempt: int = 0
    token: UUID | None = None
    expires: datetime | None = None
    started: datetime | None = None
    cancel: datetime | None = None
    handed_on: int = 0
    until: datetime | None = None
    in_line: float | None = None
    to_wait: float = 0.0
    spent: float = 0.0
    ownerless: bool = False
    silent: float | None = None
    deaf: float | None = None

    @property
    def active(self) -> bool:
        return self.status != "completed"

    @property
    def is_told(self) -> bool:
        return not self.active and self.initiator is not None

    def end(self, outcome: str) -> None:
        self.status, self.outcome, self.token, self.expires = "completed", outcome, None, None

    def held_by(self, lease: Lease) -> bool:
        mine = self.status == "running" and (self.token, self.attempt) == (lease.token, lease.attempt)
        return mine and not self.ownerless

    def worked(self, seconds: float) -> None:
        """What a worker says of all attempts together; never taken back."""
        self.spent = max(self.spent, seconds)

    def beat(self, until: datetime) -> None:
        """A heartbeat that changes nothing is no sign of life."""
        self.silent = self.silent if self.expires == until else None
        self.expires = until

    def seen_again(self, passed: float) -> None:
        """By the reconciler, so many seconds after its last look."""
        self.silent = 0 if self.silent is None else self.silent + passed
        if self.cancel:
            self.deaf = 0 if self.deaf is None else self.deaf + passed
        if self.ownerless:
            self.in_line = 0 if self.in_line is None else self.in_line + passed

    def set_aside(self, seconds: float, now: datetime) -> None:
        self.until, self.to_wait, self.in_line = now + timedelta(seconds=seconds), seconds, None

    def overdue(self, now: datetime) -> bool:
        """It was set aside, and its time was over long ago: by the clock, or by what the reconciler saw pass."""
        late = (now - self.until).total_seconds() if self.until else 0
        return max(late, (self.in_line or 0) - self.to_wait) >= REDISPATCH

    @property
    def lost(self) -> bool:
        return self.status == "running" and (self.ownerless or (self.silent or 0) >= LEASE.total_seconds())

    def as_row(self, run_id: int) -> tuple[Any, ...]:
        """What must be stored of it, of its ending and of the telling."""
        times = [_as_read(time) for time in (self.expires, self.cancel, self.started)]
        owner = "model" if self.status == "running" and not self.ownerless else ""
        told = (1, self.initiator) if self.is_told else (0, None)
        return (
            run_id,
            self.status,
            self.outcome,
            self.attempt,
            self.spent,
            stored_token(self.token),
            *times,
            owner,
            int(not self.active),
            *told,
        )


def _as_read(time: datetime | None) -> datetime | None:
    """SQLite keeps UTC and does not say so."""
    return time and time.replace(tzinfo=None) if connection.vendor == "sqlite" else time
