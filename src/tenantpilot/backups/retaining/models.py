"""The rule of retention of a schedule's sets, and the change of it that waits."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenantpilot.core.owned import TenantOwned, scoped, unscoped
from tenantpilot.tenancy.models import User


class BackupRetention(TenantOwned):
    """`rule` is in force. `waiting` keeps less: it takes effect at `waits_until`, unless an owner undoes it before."""

    chain = models.OneToOneField("backups.BackupChain", on_delete=models.CASCADE, related_name="retention")
    rule = models.JSONField(default=dict)
    waiting = models.JSONField(null=True)
    waits_until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    objects: ClassVar[models.QuerySet["BackupRetention"]] = scoped(models.QuerySet["BackupRetention"])
    everywhere: ClassVar[models.QuerySet["BackupRetention"]] = unscoped(models.QuerySet["BackupRetention"])

    class Meta(TenantOwned.Meta):
        db_table = "backup_retentions"
        constraints = [
            models.CheckConstraint(
                condition=Q(waiting=None, waits_until=None) | Q(waiting__isnull=False, waits_until__isnull=False),
                name="backup_retention_wait_whole",
            )
        ]

    def __str__(self) -> str:
        return f"retention of chain {self.chain_id}"
