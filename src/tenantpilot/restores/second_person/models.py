"""The rule of a tenant that restores need a second person, the requests for one, and the people who edited a draft."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.restores.second_person.states import DECIDED, RequestState
from tenantpilot.tenancy.models import Tenant, User

LOCK = timedelta(days=7)
"""Time that the rule still holds after an owner has asked to end it."""
LONGEST_REASON = 500


class RestoreRule(TenantOwned):
    """A tenant with a row has the rule, until `ends_at` if an owner has asked to end it."""

    tenant = models.OneToOneField(Tenant, on_delete=models.PROTECT, related_name="restore_rule")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.QuerySet["RestoreRule"]] = scoped(models.QuerySet["RestoreRule"])
    everywhere: ClassVar[models.QuerySet["RestoreRule"]] = unscoped(models.QuerySet["RestoreRule"])

    class Meta(TenantOwned.Meta):
        app_label = "restores"
        db_table = "restore_rules"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None, ended_by=None) | Q(ends_at__isnull=False, ended_by__isnull=False),
                name="restore_rule_ended_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"second person of tenant {self.tenant_id}"

    def is_in_force(self, *, now: datetime) -> bool:
        return self.ends_at is None or self.ends_at > now


class RestoreEditor(TenantOwned):
    """A person who has edited a restore, and so never approves it."""

    restore_run = models.ForeignKey("restores.RestoreRun", on_delete=models.CASCADE, related_name="editors")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.QuerySet["RestoreEditor"]] = scoped(models.QuerySet["RestoreEditor"])
    everywhere: ClassVar[models.QuerySet["RestoreEditor"]] = unscoped(models.QuerySet["RestoreEditor"])

    class Meta(TenantOwned.Meta):
        app_label = "restores"
        db_table = "restore_editors"
        constraints = [models.UniqueConstraint(fields=["restore_run", "user"], name="restore_editor_once")]

    def __str__(self) -> str:
        return f"{self.user_id} of restore {self.restore_run_id}"


class ApprovalRequest(TenantOwned):
    """A request that a second person approves what was previewed, and nothing else: `fingerprint` names it.

    `accepted` has the warnings that were ticked: pairs of the key of an item and a code.
    """

    restore_run = models.ForeignKey("restores.RestoreRun", on_delete=models.CASCADE, related_name="approval_requests")
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(max_length=LONGEST_REASON)
    accepted = models.JSONField(default=list)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.WAITING)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=LONGEST_REASON, blank=True, default="")

    objects: ClassVar[models.QuerySet["ApprovalRequest"]] = scoped(models.QuerySet["ApprovalRequest"])
    everywhere: ClassVar[models.QuerySet["ApprovalRequest"]] = unscoped(models.QuerySet["ApprovalRequest"])

    class Meta(TenantOwned.Meta):
        app_label = "restores"
        db_table = "restore_approval_requests"
        constraints = [
            models.UniqueConstraint(
                fields=["restore_run"], condition=Q(state=RequestState.WAITING), name="restore_request_one_waits"
            ),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="restore_request_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="restore_request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
                name="restore_request_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.REFUSED) | ~Q(refusal=""), name="restore_request_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} of restore {self.restore_run_id}"
