"""The items of a run: a set that is frozen once, and a state for each."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ItemState(models.TextChoices):
    """The result of an item. An item that is pending in a run that has ended was not attempted.

    A waiting item waits for somebody outside TenantPilot, such as a second administrator at Microsoft.
    """

    PENDING = "pending", _("Pending")
    SUCCEEDED = "succeeded", _("Succeeded")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Skipped")
    WAITING = "waiting", _("Waiting")
    FAILED = "failed", _("Failed")


# Results that need a reason: what somebody expected did not happen (OPS-13).
EXPLAINED = (ItemState.FAILED, ItemState.SKIPPED, ItemState.WAITING)
_NOT_EXPLAINED = Q(reason_code="", message="")


class RunItemQuerySet(models.QuerySet["RunItem"]):
    """Questions about items."""

    def of_run(self, run_id: int) -> "RunItemQuerySet":
        return self.filter(run_id=run_id)

    def pending(self) -> "RunItemQuerySet":
        return self.filter(state=ItemState.PENDING)

    def failed(self) -> "RunItemQuerySet":
        return self.filter(state=ItemState.FAILED)

    def in_order(self) -> "RunItemQuerySet":
        return self.order_by("position")

    def after(self, position: int) -> "RunItemQuerySet":
        """The next page begins behind this position."""
        return self.filter(position__gt=position)


class RunItem(models.Model):
    """An item of a run. `key` is what the handler knows it by, `label` what people read; both are fixed.

    The database keeps the set as it was frozen, and lets only a run that is under way change a state.
    """

    run = models.ForeignKey("operations.OperationRun", on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=128)
    label = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=ItemState.choices, default=ItemState.PENDING)
    reason_code = models.CharField(max_length=64, blank=True, default="")
    message = models.CharField(max_length=300, blank=True, default="")

    objects = RunItemQuerySet.as_manager()

    class Meta:
        db_table = "operation_run_items"
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="operation_item_once_a_position"),
            models.UniqueConstraint(fields=["run", "key"], name="operation_item_once_a_key"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="operation_item_state_known"),
            models.CheckConstraint(
                condition=(Q(state__in=EXPLAINED) & ~Q(reason_code="")) | (~Q(state__in=EXPLAINED) & _NOT_EXPLAINED),
                name="operation_item_result_explained",
            ),
        ]
        indexes = [models.Index(fields=["run", "state", "position"], name="operation_item_by_state_ix")]

    def __str__(self) -> str:
        return self.label
