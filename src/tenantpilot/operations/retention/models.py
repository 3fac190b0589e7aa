"""The daily slots of a workspace."""

from typing import ClassVar

from django.db import models

from tenantpilot.core.owned import WorkspaceOwned, scoped, unscoped
from tenantpilot.tenancy.models import Workspace


class DailySlot(WorkspaceOwned):
    """The last day for which a daily operation of a workspace was started. Who moves it on starts the operation."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=64)
    day = models.DateField()

    objects: ClassVar[models.QuerySet["DailySlot"]] = scoped(models.QuerySet["DailySlot"])
    everywhere: ClassVar[models.QuerySet["DailySlot"]] = unscoped(models.QuerySet["DailySlot"])

    class Meta(WorkspaceOwned.Meta):
        db_table = "operation_daily_slots"
        constraints = [models.UniqueConstraint(fields=["workspace", "type"], name="operation_daily_slot_once")]

    def __str__(self) -> str:
        return f"{self.type} on {self.day}"
