"""The values that the columns of backups take, and the moves that are legal."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChainKind(TextChoices):
    """The sets of a schedule form one chain. A set made by hand is a chain of its own."""

    SCHEDULED = "scheduled", _("Scheduled")
    MANUAL = "manual", _("By hand")


class SetState(TextChoices):
    """A set is good if it is complete: every type that was asked for was read whole."""

    BUILDING = "building", _("Building")
    COMPLETE = "complete", _("Complete")
    INCOMPLETE = "incomplete", _("Incomplete")
    FAILED = "failed", _("Failed")


MOVES: dict[SetState, frozenset[SetState]] = {
    SetState.BUILDING: frozenset({SetState.COMPLETE, SetState.INCOMPLETE, SetState.FAILED}),
    SetState.COMPLETE: frozenset(),
    SetState.INCOMPLETE: frozenset(),
    SetState.FAILED: frozenset(),
}
WITH_CONTENT = (SetState.COMPLETE, SetState.INCOMPLETE)
"""The states in which a set holds versions and has a digest."""


class GapKind(TextChoices):
    """A gap says what a set does not hold, or not as of one moment."""

    FAILED = "failed", _("Could not be read")
    MISSING = "missing", _("Gone in the tenant")
    CHANGED = "changed", _("Changed during the backup")


class Verdict(TextChoices):
    """The result of the last verification of a set."""

    INTACT = "intact", _("Intact")
    DAMAGED = "damaged", _("Damaged")
