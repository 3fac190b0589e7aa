"""The results and errors of the service."""

from dataclasses import dataclass

from tenantpilot.core.errors import TenantPilotError
from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.models import OperationRun


@dataclass(frozen=True)
class Started:
    """A new run is queued."""

    run: OperationRun


@dataclass(frozen=True)
class AlreadyActive:
    """The same work is queued or running; the request joined it."""

    run: OperationRun


@dataclass(frozen=True)
class Claimed:
    """The worker holds the run."""

    lease: Lease
    run: OperationRun


@dataclass(frozen=True)
class NotClaimable:
    """Held by another, not due, ended, or to be cancelled: a duplicate delivery. Nothing to do."""


@dataclass(frozen=True)
class WaitsForSlot:
    """Tenant or workspace has as many running operations as it may; the run is in line again."""

    running: int
    place: str = "tenant"


@dataclass(frozen=True)
class Signals:
    """The signals for a worker while it works."""

    held: bool
    cancel_requested: bool
    stopped: bool = False
    """All work of its tenant, or of the installation, is to stop."""


@dataclass(frozen=True)
class Settled:
    """The number of runs that one pass of the reconciler settled."""

    dispatched: int = 0
    taken_up: int = 0
    lost: int = 0
    cancelled: int = 0
    timed_out: int = 0
    jobs_cleared: int = 0


class DispatchFailed(TenantPilotError):
    """The queue did not take the job. `run` is completed as failed with reason dispatch_failed."""

    def __init__(self, run: OperationRun) -> None:
        super().__init__(f"the queue did not accept run {run.pk}")
        self.run = run


class CannotCancel(TenantPilotError):
    """The run has ended already. `run` tells how."""

    def __init__(self, run: OperationRun) -> None:
        super().__init__(f"run {run.pk} has ended")
        self.run = run


class TenantArchived(TenantPilotError):
    """Nothing starts in an archived tenant."""
