"""The options of a restore, as they are stored."""

from dataclasses import dataclass
from typing import Any, ClassVar

from tenantpilot.core.stored import StoredData
from tenantpilot.restores.states import Assignments


@dataclass(frozen=True)
class RestoreOptions(StoredData):
    """`assignments` is a value of `Assignments`."""

    VERSION: ClassVar[int] = 2

    assignments: str = Assignments.USUAL.value

    def __post_init__(self) -> None:
        """Raises ValueError."""
        if self.assignments not in Assignments.values:
            raise ValueError("no rule for assignments")

    @classmethod
    def upgraded(cls, form: Any, version: int) -> Any:  # noqa: ARG003 there is one older form
        """Return options of version 1: `enforce` was for the whole restore, and is a choice for each policy now."""
        return {name: value for name, value in form.items() if name != "enforce"}
