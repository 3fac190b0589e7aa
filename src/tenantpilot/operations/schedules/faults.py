"""The faults of schedules that cannot start anything: each fault costs its own schedule, and no other."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScheduleFault(models.TextChoices):
    """Stored on the schedule that has it; the label is what people read."""

    TYPE_UNKNOWN = "type_unknown", _("This version of TenantPilot does not have its operation.")
    TIME_UNREADABLE = "time_unreadable", _("Its time zone or its days cannot be read on this machine.")
    INPUTS_UNREADABLE = "inputs_unreadable", _("What it asks for is not known to this version of TenantPilot.")
    VIEW_GONE = "view_gone", _("The saved view that it chooses by was deleted, or is not shared any more.")
    START_FAILED = "start_failed", _("Its operation could not be started. The scheduler's log says why.")


class FaultySchedule(Exception):
    """Carries the fault; the error that showed it is its cause."""

    def __init__(self, fault: ScheduleFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
