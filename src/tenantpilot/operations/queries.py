"""The questions that code asks about runs, events and notifications.

`models` binds them to its rows, and everybody asks the query sets there: nothing here imports a model of this room.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, ExpressionWrapper, Q, Value
from django.db.models.functions import Coalesce

from tenantpilot.operations.lifecycle.leases import Lease
from tenantpilot.operations.states import ACTIVE, RunOutcome, RunStatus
from tenantpilot.tenancy.models import Installation, Tenant, User, Workspace

Row = TypeVar("Row", bound=models.Model)

IS_STOPPED = ExpressionWrapper(
    Q(tenant__stopped_at__isnull=False) | Q(Exists(Installation.objects.filter(stopped_at__isnull=False))),
    models.BooleanField(),
)


class RunQueries(models.QuerySet[Row]):
    """Chains that read aloud: of_tenant(…).active().newest_first()."""

    def of_tenant(self, tenant: Tenant) -> Self:
        return self.filter(tenant=tenant)

    def of_tenants(self, tenant_ids: list[int]) -> Self:
        return self.filter(tenant_id__in=tenant_ids)

    def among(self, tenants: models.QuerySet[Any, Any], workspaces: Iterable[Workspace]) -> Self:
        """Of the tenants whose ids the query answers, and of these whole workspaces.

        The list is read in its order, and each run looked up there.
        SQLite does not think of the LIMIT: it would begin with the tenants and sort all their runs. With an expression
        it cannot begin.
        """
        placed = self.alias(place=Coalesce("tenant_id", -models.F("workspace_id")))
        return placed.filter(Q(place__in=tenants) | Q(place__in=[-workspace.pk for workspace in workspaces]))

    def of_workspace(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def of_type(self, key: str) -> Self:
        return self.filter(type=key)

    def of_others(self, person: User) -> Self:
        """Started by people, but not by this one.

        As an expression: else PostgreSQL walks through the index of persons, past all that this one ever started.
        """
        return self.alias(other=Coalesce("initiator_id", Value(person.pk))).exclude(other=person.pk)

    def of_identity(self, key: str, *, workspace_id: int, tenant_id: int | None, identity: str) -> Self:
        place = Q(tenant_id=tenant_id) if tenant_id else Q(tenant_id__isnull=True)
        return self.filter(place, workspace_id=workspace_id, type=key, identity=identity)

    def active(self) -> Self:
        """Not ended. The index is of runs without an outcome, which the database holds to be the same."""
        return self.filter(status__in=sorted(ACTIVE), outcome=None)

    def under_stop(self) -> Self:
        """Return those of which the tenant's work, or all work, is stopped."""
        return self.filter(IS_STOPPED)

    def under_no_stop(self) -> Self:
        return self.exclude(IS_STOPPED)

    def queued(self) -> Self:
        return self.filter(status=RunStatus.QUEUED, outcome=None)

    def running(self) -> Self:
        return self.filter(status=RunStatus.RUNNING, outcome=None)

    def needing_attention(self) -> Self:
        """Return the failed and partly failed ones. Worded as the index is: SQLite would not use it for IN."""
        return self.filter(Q(outcome=RunOutcome.FAILED) | Q(outcome=RunOutcome.PARTIALLY_SUCCEEDED))

    def completed(self) -> Self:
        return self.filter(status=RunStatus.COMPLETED)

    def held_by(self, lease: Lease) -> Self:
        """Return the run, as long as this lease is the one in force: the fence of every write of a worker.

        A lease that was handed on has no owner any more.
        """
        held = self.running().filter(pk=lease.run_id, lease_token=lease.token, attempt=lease.attempt)
        return held.exclude(lease_owner="")

    def claimable(self, *, now: datetime) -> Self:
        """Waiting and due: in line, or left by its worker."""
        waiting = Q(status=RunStatus.QUEUED) | Q(status=RunStatus.RUNNING, lease_owner="")
        return self.active().filter(waiting, Q(not_before=None) | Q(not_before__lte=now))

    def lease_expired(self, *, now: datetime) -> Self:
        """By the clock of who asks. For people to look at: it decides nothing. Who gave a run back is not silent."""
        return self.running().filter(lease_expires_at__lt=now).exclude(lease_owner="")

    def overlooked(self, *, before: datetime, now: datetime) -> Self:
        """Queued and due, but dispatched so long ago that the queue must have lost the job.

        Or at a time that is still to come, or due far from now: a clock was wrong, and nobody can tell when.
        """
        late = (Q(not_before=None) | Q(not_before__lte=now)) & Q(dispatched_at__lte=before)
        return self.queued().filter(late | Q(dispatched_at__gt=now) | Q(not_before__gt=now + (now - before)))

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def oldest_first(self) -> Self:
        return self.order_by("pk")

    def for_list(self) -> Self:
        """Only what a list shows: the JSON columns of a run can be large."""
        return self.select_related("tenant", "initiator", "live", "cancel_requested_by").defer(
            "context", "inputs", "failure_summary"
        )


class NotificationQueries(models.QuerySet[Row]):
    """A person's notifications."""

    def of_person(self, person: User) -> Self:
        return self.filter(recipient=person)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class RunEventQueries(models.QuerySet[Row]):
    """The timeline."""

    def in_order(self) -> Self:
        return self.order_by("pk")
