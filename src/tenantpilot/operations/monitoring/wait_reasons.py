"""Explain why a run waits, and behind which runs: computed on demand, never stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenantpilot.operations.lifecycle import slots
from tenantpilot.operations.models import OperationRun, OperationRunQuerySet
from tenantpilot.operations.monitoring.health import Health, processes
from tenantpilot.operations.states import RunStatus
from tenantpilot.tenancy.stops import stop_of

SHOWN = 5
COUNTED = 100


class Cause(StrEnum):
    """The cause of a wait, the first that applies."""

    STOPPED = "stopped"
    WORKSPACE_FULL = "workspace_full"
    TENANT_FULL = "tenant_full"
    NO_WORKER = "no_worker"
    NOT_DUE = "not_due"
    SET_ASIDE = "set_aside"
    IN_LINE = "in_line"


@dataclass(frozen=True)
class Waiting:
    """`behind` are runs of the same tenant, oldest first: at most five of `ahead`, which counts up to 100."""

    cause: Cause
    behind: tuple[OperationRun, ...] = ()
    ahead: int = 0
    until: datetime | None = None
    queue: str = ""

    @property
    def text(self) -> str:
        """For people. Of other tenants it tells nothing, not even how many there are (SEC-02)."""
        match self.cause:
            case Cause.STOPPED:
                return _("Waits until the work that was stopped is resumed.")
            case Cause.TENANT_FULL:
                return _for_others(self.ahead)
            case Cause.WORKSPACE_FULL:
                return _("Waits for other operations of this workspace.")
            case Cause.NO_WORKER:
                return _("No worker takes jobs of the queue %(queue)s.") % {"queue": self.queue}
            case Cause.NOT_DUE:
                return _("Waits for its time.")
            case Cause.SET_ASIDE:
                return _("Microsoft Graph asked for a pause. The run goes on by itself.")
        return _in_line(self.ahead) if self.ahead else _("Waits for a free worker.")


def why(run: OperationRun, *, now: datetime) -> Waiting | None:
    """Return None unless it waits for a worker. At most seven queries."""
    if run.status != RunStatus.COMPLETED and not run.lease_owner and stop_of(run.tenant) is not None:
        return Waiting(Cause.STOPPED)
    if run.is_set_aside:
        return Waiting(Cause.SET_ASIDE, until=run.not_before)
    if run.status != RunStatus.QUEUED:
        return None
    full = slots.full(run, now=now)
    if full is not None and full.place == slots.Place.WORKSPACE:
        return Waiting(Cause.WORKSPACE_FULL)
    if full is not None:
        return _behind(Cause.TENANT_FULL, _in_tenant(run).running())
    if not _has_worker(run, now=now):
        return Waiting(Cause.NO_WORKER, queue=run.queue)
    if run.not_before is not None and run.not_before > now:
        return Waiting(Cause.NOT_DUE, until=run.not_before)
    return _behind(Cause.IN_LINE, _in_tenant(run).queued().filter(queue=run.queue, pk__lt=run.pk))


def _for_others(count: int) -> str:
    text = ngettext(
        "Waits for %(count)d other operation of this tenant.",
        "Waits for %(count)d other operations of this tenant.",
        count,
    )
    return text % {"count": count}


def _in_line(count: int) -> str:
    text = ngettext(
        "Waits for a free worker, behind %(count)d operation of this tenant.",
        "Waits for a free worker, behind %(count)d operations of this tenant.",
        count,
    )
    return text % {"count": count}


def _in_tenant(run: OperationRun) -> OperationRunQuerySet:
    place = Q(tenant_id=run.tenant_id) if run.tenant_id else Q(tenant_id__isnull=True)
    return OperationRun.everywhere.filter(place, workspace_id=run.workspace_id)


def _behind(cause: Cause, runs: OperationRunQuerySet) -> Waiting:
    others_ = list(runs.oldest_first().for_list()[:COUNTED])
    return Waiting(cause, tuple(others_[:SHOWN]), len(others_))


def _has_worker(run: OperationRun, *, now: datetime) -> bool:
    alive = (process for process in processes(now=now) if process.role == "worker" and process.health == Health.OK)
    return any(run.queue in process.queues.split(",") for process in alive)
