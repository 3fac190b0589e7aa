"""Schedules and the slots they have filled."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenantpilot.core.owned import WorkspaceOwned, scoped, unscoped
from tenantpilot.operations.schedules.cadence import Cadence, Frequency
from tenantpilot.tenancy.models import Tenant, User, Workspace

# What is broken may be mended by an update, or on another machine.
LOOKS_AGAIN_AFTER = timedelta(minutes=10)


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """Questions about schedules."""

    def of_tenant(self, tenant: Tenant) -> "ScheduleQuerySet":
        return self.filter(tenant=tenant)

    def of_workspaces(self, workspaces: Iterable[Workspace]) -> "ScheduleQuerySet":
        """Return those of whole workspaces, and none of a tenant."""
        return self.filter(tenant=None, workspace__in=list(workspaces))

    def due(self, *, now: datetime) -> "ScheduleQuerySet":
        """Those that are to fill a slot now; a broken one only now and then, so that many of them hold up no other."""
        is_tried = Q(broken_at=None) | Q(broken_at__lte=now - LOOKS_AGAIN_AFTER)
        in_use = self.filter(tenant__stopped_at=None, workspace__archived_at=None)
        return in_use.filter(is_tried, paused_at=None, next_slot_at__lte=now)

    def by_name(self) -> "ScheduleQuerySet":
        return self.order_by("name", "pk")


class Schedule(WorkspaceOwned):
    """Starts an operation of one type by the clock, in one tenant or, without a tenant, in the whole workspace.

    `inputs` are those of the operation. Whose it is never changes: a guard refuses it on both engines.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=64)
    inputs = models.JSONField(default=dict)
    frequency = models.CharField(max_length=8, choices=[(frequency.value, frequency.value) for frequency in Frequency])
    minute = models.PositiveSmallIntegerField(default=0)
    hour = models.PositiveSmallIntegerField(default=0)
    weekdays = models.JSONField(default=list)
    time_zone = models.CharField(max_length=64)
    next_slot_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)
    # When the scheduler last found that it can start nothing, and why.
    broken_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=32, null=True)  # noqa: DJ001 null is a state: it works
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects: ClassVar[ScheduleQuerySet] = scoped(ScheduleQuerySet)
    everywhere: ClassVar[ScheduleQuerySet] = unscoped(ScheduleQuerySet)

    class Meta(WorkspaceOwned.Meta):
        db_table = "schedules"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="schedule_name_once"),
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(tenant=None), name="schedule_name_once_in_workspace"
            ),
            models.UniqueConstraint(fields=["id", "workspace"], name="schedule_of_workspace"),
            models.CheckConstraint(
                condition=Q(frequency__in=[frequency.value for frequency in Frequency]), name="schedule_frequency_known"
            ),
            models.CheckConstraint(condition=Q(minute__lte=59, hour__lte=23), name="schedule_time_of_a_clock"),
        ]
        indexes = [models.Index(fields=["next_slot_at"], condition=Q(paused_at=None), name="schedule_due_ix")]

    def __str__(self) -> str:
        return self.name

    @property
    def cadence(self) -> Cadence:
        """Return the cadence. Raises ValueError, ZoneInfoNotFoundError for what another version or machine stored."""
        return Cadence(Frequency(self.frequency), self.time_zone, self.minute, self.hour, tuple(self.weekdays))


class ScheduleSlot(models.Model):
    """A filled slot. Its uniqueness keeps any number of tickers from running a slot twice (OPS-34)."""

    class Result(models.TextChoices):
        STARTED = "started", "Started"
        JOINED = "joined", "Joined a run under way"
        SKIPPED_OVERLAP = "skipped_overlap", "Skipped: the run of the slot before was still under way"
        REFUSED = "refused", "The queue did not accept it"

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="slots", db_index=False)
    slot_at = models.DateTimeField()
    filled_at = models.DateTimeField()
    result = models.CharField(max_length=16, choices=Result.choices, blank=True, default="")
    run = models.ForeignKey("operations.OperationRun", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "schedule_slots"
        constraints = [models.UniqueConstraint(fields=["schedule", "slot_at"], name="schedule_slot_once")]

    def __str__(self) -> str:
        return f"{self.schedule_id} at {self.slot_at:%Y-%m-%d %H:%M}"
