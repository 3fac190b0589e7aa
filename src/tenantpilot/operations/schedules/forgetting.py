"""Removing slots that were filled long ago, of which only their schedule's last is ever looked at again."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef

from tenantpilot.operations.models import ScheduleSlot

AT_MOST = 500


def forget_slots(workspace_id: int, *, before: datetime) -> int:
    """Some of the workspace's slots of that time; answers how many, 0 when none is left.

    A schedule keeps its last one, and whatever is not behind it: a ticker could still come to fill that again, and the
    row is what stops it (OPS-34).
    """
    later = ScheduleSlot.objects.filter(schedule=OuterRef("schedule"), slot_at__gt=OuterRef("slot_at"))
    behind = ScheduleSlot.objects.filter(schedule__workspace_id=workspace_id, slot_at__lt=F("schedule__next_slot_at"))
    old = behind.filter(Exists(later), slot_at__lt=before).order_by("schedule", "slot_at")
    chosen = list(old.values_list("pk", flat=True)[:AT_MOST])
    return ScheduleSlot.objects.filter(pk__in=chosen).delete()[0]
