"""The states of a run and the moves between them (OPS-03, OPS-04)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RunStatus(TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")


class RunOutcome(TextChoices):
    """Set exactly when a run is completed."""

    SUCCEEDED = "succeeded", _("Succeeded")
    PARTIALLY_SUCCEEDED = "partially_succeeded", _("Partially succeeded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


MOVES: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.COMPLETED}),
    RunStatus.RUNNING: frozenset({RunStatus.COMPLETED}),
    RunStatus.COMPLETED: frozenset(),
}
ACTIVE = frozenset(status for status, following in MOVES.items() if following)

# How a run that nobody ever took up may end: it was cancelled, or the queue refused it.
# Endings whose reason somebody can mend.
NEEDS_REMEDY = frozenset({RunOutcome.FAILED, RunOutcome.PARTIALLY_SUCCEEDED})
ENDINGS_WITHOUT_START = frozenset({RunOutcome.FAILED, RunOutcome.CANCELLED})
