"""The run, its progress, its timeline, and the notification that tells of its end.

The database refuses what the code forbids: CHECK constraints here say which shapes a row may have,
triggers in `guards/` say which moves it may make (OPS-04, OPS-06, OPS-23).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenantpilot.core.owned import WorkspaceOwned, scoped, unscoped
from tenantpilot.operations.items.models import ItemState, RunItem
from tenantpilot.operations.queries import NotificationQueries, RunEventQueries, RunQueries
from tenantpilot.operations.retention.models import DailySlot
from tenantpilot.operations.schedules.models import Schedule, ScheduleSlot
from tenantpilot.operations.states import ACTIVE, ENDINGS_WITHOUT_START, RunOutcome, RunStatus
from tenantpilot.tenancy.models import Tenant, User, Workspace

__all__ = [
    "DailySlot",
    "ItemState",
    "Notification",
    "OperationRun",
    "ProcessHeartbeat",
    "RunEvent",
    "RunItem",
    "RunProgress",
    "Schedule",
    "ScheduleSlot",
]

_IS_ACTIVE = Q(status__in=sorted(ACTIVE))
_HAS_ENDED = Q(outcome__isnull=False)
_NEEDS_ATTENTION = Q(outcome=RunOutcome.FAILED) | Q(outcome=RunOutcome.PARTIALLY_SUCCEEDED)
_NO_LEASE = Q(lease_token=None, lease_owner="", lease_expires_at=None)
_QUEUED = (
    Q(status=RunStatus.QUEUED, outcome=None, started_at=None, completed_at=None, cancel_requested_at=None) & _NO_LEASE
)
_RUNNING = Q(
    status=RunStatus.RUNNING,
    outcome=None,
    completed_at=None,
    started_at__isnull=False,
    lease_token__isnull=False,
    lease_expires_at__isnull=False,
    attempt__gte=1,
)
_COMPLETED = Q(status=RunStatus.COMPLETED, outcome__isnull=False, completed_at__isnull=False) & _NO_LEASE
_STARTED_OR_NEVER_TAKEN = Q(started_at__isnull=False) | Q(outcome__in=sorted(ENDINGS_WITHOUT_START))


class OperationRunQuerySet(RunQueries["OperationRun"]):
    """Chains that read aloud: of_tenant(…).active().newest_first()."""


class OperationRun(WorkspaceOwned):
    """A tracked piece of work (OPS-02). Only OperationRunService writes `status` and `outcome` (OPS-05)."""

    # Each index is written three times in the life of a run: what a named one below answers has none of its own.
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="operation_runs", db_index=False)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, null=True, related_name="operation_runs", db_index=False
    )
    initiator = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    type = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=RunStatus.choices, default=RunStatus.QUEUED)
    outcome = models.CharField(max_length=24, choices=RunOutcome.choices, null=True)  # noqa: DJ001 null is a state: not ended
    identity = models.CharField(max_length=64)
    inputs = models.JSONField(default=dict)
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="retries", db_index=False)

    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    queue = models.CharField(max_length=32)
    not_before = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField()
    dispatches = models.PositiveIntegerField(default=1)

    attempt = models.PositiveIntegerField(default=0)
    # By the workers' monotonic clocks, as far as they could say it: the time limit goes by this, and by no stored time.
    seconds_spent = models.FloatField(default=0, db_default=0)
    lease_token = models.UUIDField(null=True)
    lease_owner = models.CharField(max_length=128, default="")
    lease_expires_at = models.DateTimeField(null=True)

    cancel_requested_at = models.DateTimeField(null=True)
    cancel_requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    summary_counts = models.JSONField(default=dict)
    failure_summary = models.JSONField(default=list)
    reason_code = models.CharField(max_length=64, default="")
    message = models.CharField(max_length=300, default="")
    context = models.JSONField(default=dict)

    objects: ClassVar[OperationRunQuerySet] = scoped(OperationRunQuerySet)
    everywhere: ClassVar[OperationRunQuerySet] = unscoped(OperationRunQuerySet)

    class Meta(WorkspaceOwned.Meta):
        db_table = "operation_runs"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="operation_run_status_known"),
            models.CheckConstraint(
                condition=Q(outcome=None) | Q(outcome__in=RunOutcome.values), name="operation_run_outcome_known"
            ),
            models.CheckConstraint(condition=_QUEUED | _RUNNING | _COMPLETED, name="operation_run_state_coherent"),
            models.CheckConstraint(
                condition=~Q(status=RunStatus.COMPLETED) | _STARTED_OR_NEVER_TAKEN,
                name="operation_run_unstarted_never_succeeds",
            ),
            models.CheckConstraint(
                condition=(Q(started_at=None) | Q(started_at__gte=models.F("created_at")))
                & (Q(completed_at=None) | Q(completed_at__gte=models.F("created_at")))
                & (Q(completed_at=None) | Q(started_at=None) | Q(completed_at__gte=models.F("started_at"))),
                name="operation_run_times_in_order",
            ),
            models.UniqueConstraint(
                fields=["workspace", "tenant", "type", "identity"],
                condition=_IS_ACTIVE & Q(tenant__isnull=False),
                name="operation_run_one_active_per_identity",
            ),
            models.UniqueConstraint(
                fields=["workspace", "type", "identity"],
                condition=_IS_ACTIVE & Q(tenant__isnull=True),
                name="operation_run_one_active_per_workspace_identity",
            ),
            models.UniqueConstraint(fields=["id", "workspace"], name="operation_run_of_workspace"),
        ]
        # Of each list's index the columns behind the id only answer filters and counts without a look at the row.
        indexes = [
            models.Index(
                fields=["workspace", "-id", "tenant", "initiator", "created_at"], name="operation_run_of_workspace_ix"
            ),
            models.Index(fields=["workspace", "type", "-id", "tenant", "initiator"], name="operation_run_ws_type_ix"),
            models.Index(
                fields=["workspace", "outcome", "-id", "tenant", "initiator", "type"],
                condition=_HAS_ENDED,
                name="operation_run_ws_outcome_ix",
            ),
            models.Index(
                fields=["workspace", "-id", "tenant"], condition=_NEEDS_ATTENTION, name="operation_run_ws_attention_ix"
            ),
            models.Index(
                fields=["tenant", "-id", "workspace", "initiator", "created_at"], name="operation_run_of_tenant_ix"
            ),
            models.Index(
                fields=["tenant", "type", "-id", "workspace", "initiator", "outcome"], name="operation_run_of_type_ix"
            ),
            models.Index(
                fields=["tenant", "outcome", "-id", "workspace", "initiator", "type", "completed_at"],
                condition=_HAS_ENDED,
                name="operation_run_of_outcome_ix",
            ),
            models.Index(
                fields=["tenant", "-id", "workspace"], condition=_NEEDS_ATTENTION, name="operation_run_attention_ix"
            ),
            models.Index(
                fields=["initiator", "-id", "tenant", "workspace"],
                condition=Q(initiator__isnull=False),
                name="operation_run_of_person_ix",
            ),
            models.Index(fields=["retry_of"], condition=Q(retry_of__isnull=False), name="operation_run_repeats_ix"),
            models.Index(
                fields=["cancel_requested_by"],
                condition=Q(cancel_requested_by__isnull=False),
                name="operation_run_canceller_ix",
            ),
            models.Index(fields=["id"], condition=Q(status=RunStatus.QUEUED), name="operation_run_queued_ix"),
            models.Index(
                fields=["workspace", "not_before"],
                condition=Q(status=RunStatus.QUEUED, not_before__isnull=False),
                name="operation_run_put_off_ix",
            ),
            # SQLite prefers the index of which more columns are given, however many rows it has.
            models.Index(
                fields=["workspace", "tenant"],
                condition=Q(status=RunStatus.RUNNING),
                name="operation_run_running_ix",
            ),
            models.Index(
                fields=["workspace", "type", "id"], condition=Q(outcome=None), name="operation_run_ws_active_ix"
            ),
            models.Index(fields=["tenant", "type", "id"], condition=Q(outcome=None), name="operation_run_active_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_set_aside(self) -> bool:
        """Its worker left it for later."""
        return self.status == RunStatus.RUNNING and self.lease_owner == "" and self.not_before is not None

    @property
    def was_set_aside(self) -> bool:
        """The worker before this one did: every other way to a further attempt lets it begin at once."""
        return self.attempt > 1 and self.not_before is not None

    @property
    def how_taken(self) -> str:
        """Return the event by which its present attempt began."""
        if self.attempt == 1:
            return "started"
        return "resumed" if self.was_set_aside else "taken_over"

    @property
    def state(self) -> str:
        """Return the state for a badge: the outcome once there is one, the status before."""
        return self.outcome or self.status


class RunProgress(models.Model):
    """The progress of a run: a narrow row of its own, so that the run's row changes a few times in its life."""

    run = models.OneToOneField(OperationRun, on_delete=models.CASCADE, primary_key=True, related_name="live")
    processed = models.BigIntegerField(null=True)
    total = models.BigIntegerField(null=True)
    checkpoint = models.JSONField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "operation_run_progress"
        constraints = [
            models.CheckConstraint(
                condition=Q(processed=None) | Q(total=None) | Q(processed__lte=models.F("total")),
                name="operation_progress_within_total",
            ),
            models.CheckConstraint(
                condition=Q(processed=None) | Q(processed__gte=0), name="operation_progress_from_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.processed}/{self.total}"


class RunEventQuerySet(RunEventQueries["RunEvent"]):
    """The timeline."""


class RunEvent(models.Model):
    """A line of a run's timeline. Append-only, as the database sees to."""

    run = models.ForeignKey(OperationRun, on_delete=models.CASCADE, related_name="events")
    name = models.CharField(max_length=48)
    at = models.DateTimeField()
    attempt = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict)

    objects = RunEventQuerySet.as_manager()

    class Meta:
        db_table = "operation_run_events"

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id}"


class NotificationQuerySet(NotificationQueries["Notification"]):
    """A person's notifications."""


class Notification(WorkspaceOwned):
    """A lasting message to one person. `data` holds facts; the presenter makes the words.

    `tenant` is that of the run, as the database sees to: a person's notifications are counted without their runs.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+", db_index=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=48)
    run = models.ForeignKey(
        OperationRun, on_delete=models.CASCADE, null=True, related_name="notifications", db_index=False
    )
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[NotificationQuerySet] = scoped(NotificationQuerySet)
    everywhere: ClassVar[NotificationQuerySet] = unscoped(NotificationQuerySet)

    class Meta(WorkspaceOwned.Meta):
        db_table = "notifications"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind"], condition=Q(run__isnull=False), name="notification_once_per_run"
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-id", "tenant", "workspace", "read_at"], name="notification_of_person_ix"
            ),
            models.Index(
                fields=["recipient", "-id", "tenant", "workspace"],
                condition=Q(read_at=None),
                name="notification_unread_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ProcessHeartbeat(models.Model):
    """The last sign of life of each worker and scheduler; the health page reads it."""

    name = models.CharField(max_length=128, primary_key=True)
    role = models.CharField(max_length=16)
    queues = models.CharField(max_length=128, default="")
    # How many runs it works on at once.
    places = models.PositiveSmallIntegerField(default=1, db_default=1)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "process_heartbeats"

    def __str__(self) -> str:
        return self.name
