"""Restore drills: how many policies of the last good backup set could be restored, and why the others could not."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tenantpilot.backups.models import BackupSet
from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.tenancy.models import Tenant


class RestoreDrillQuerySet(models.QuerySet["RestoreDrill"]):
    """Questions about drills."""

    def of_tenant(self, tenant: Tenant) -> "RestoreDrillQuerySet":
        return self.filter(tenant=tenant)

    def finished(self) -> "RestoreDrillQuerySet":
        return self.filter(finished_at__isnull=False)

    def newest_first(self) -> "RestoreDrillQuerySet":
        return self.order_by("-pk")


class RestoreDrill(TenantOwned):
    """A drill. `set_items` policies were in the set, `checked` of them were looked at.

    `unchanged` is the part of the restorable ones that the tenant has as the backup has them. Until it is finished the
    figures are 0.
    """

    run = models.ForeignKey(OperationRun, on_delete=models.SET_NULL, null=True, related_name="+")
    backup_set = models.ForeignKey(BackupSet, on_delete=models.SET_NULL, null=True, related_name="+")
    set_name = models.CharField(max_length=200)
    set_made_at = models.DateTimeField()
    seed = models.CharField(max_length=64)
    set_items = models.PositiveIntegerField()
    checked = models.PositiveIntegerField(default=0)
    restorable = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[RestoreDrillQuerySet] = scoped(RestoreDrillQuerySet)
    everywhere: ClassVar[RestoreDrillQuerySet] = unscoped(RestoreDrillQuerySet)

    class Meta(TenantOwned.Meta):
        db_table = "restore_drills"
        constraints = [
            models.CheckConstraint(
                condition=Q(checked__lte=F("set_items"), restorable__lte=F("checked"), unchanged__lte=F("restorable")),
                name="restore_drill_figures_fit",
            )
        ]
        indexes = [models.Index(fields=["tenant", "-id"], name="restore_drill_by_tenant_ix")]

    def __str__(self) -> str:
        return f"{self.restorable} of {self.checked}"

    @property
    def not_restorable(self) -> int:
        return self.checked - self.restorable

    @property
    def is_sample(self) -> bool:
        """Return True if the set holds more than was looked at."""
        return self.checked < self.set_items


class DrillFinding(TenantOwned):
    """A policy that could not be restored as the set holds it, and why."""

    drill = models.ForeignKey(RestoreDrill, on_delete=models.CASCADE, related_name="findings")
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="+")
    reason_code = models.CharField(max_length=64)

    objects: ClassVar[models.QuerySet["DrillFinding"]] = scoped(models.QuerySet["DrillFinding"])
    everywhere: ClassVar[models.QuerySet["DrillFinding"]] = unscoped(models.QuerySet["DrillFinding"])

    class Meta(TenantOwned.Meta):
        db_table = "restore_drill_findings"
        constraints = [
            models.UniqueConstraint(fields=["drill", "policy"], name="restore_drill_finding_once"),
            models.CheckConstraint(condition=~Q(reason_code=""), name="restore_drill_finding_explained"),
        ]

    def __str__(self) -> str:
        return f"{self.reason_code} of policy {self.policy_id}"
