"""The options of a restore, as they are stored."""

from dataclasses import dataclass

from tenantpilot.core.stored import StoredData
from tenantpilot.restores.states import Assignments


@dataclass(frozen=True)
class RestoreOptions(StoredData):
    """`assignments` is a value of `Assignments`. `enforce` restores Conditional Access in the state of the version."""

    assignments: str = Assignments.USUAL.value
    enforce: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if self.assignments not in Assignments.values:
            raise ValueError("no rule for assignments")
