"""Which day's work a workspace has had."""

from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

from tenantpilot.tenancy.models import Workspace


class DailySlot(models.Model):
    """The last day for which a daily operation of a workspace was started. Who moves it on starts the operation."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=64)
    day = models.DateField()

    objects: ClassVar[Any] = ScopedManager(workspace="workspace")
    everywhere: ClassVar[Any] = models.Manager()

    class Meta:
        db_table = "operation_daily_slots"
        base_manager_name = "everywhere"
        constraints = [models.UniqueConstraint(fields=["workspace", "type"], name="operation_daily_slot_once")]

    def __str__(self) -> str:
        return f"{self.type} on {self.day}"
