"""Every question that pages, the bell, the widget and the engine ask of runs and notifications, as they ask it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.scale.places import Places

LIST, COUNT = "list", "count"


@dataclass(frozen=True)
class Draw:
    """One asking: where, and which of the runs. The same draws at every length of the history."""

    places: Places
    now: Any
    newest: int
    number: int
    """Counts the askings of a question; the first is about what is newest."""

    def place(self) -> int:
        """The id of some run, anywhere in the history."""
        return max(1, self.newest - (self.newest * self.number * 7919 // 12) % self.newest)


@dataclass(frozen=True)
class Question:
    """`ask` does what the product does; what it asks the database is measured. A count tells how many it counted."""

    name: str
    ask: Callable[[Draw], Any]
    kind: str = ""


def questions() -> list[Question]:
    from benchmarks.scale import beside, lists

    return [*lists.questions(), *beside.questions()]


@contextmanager
def in_workspace_of(tenant: Any) -> Iterator[None]:
    """As a request on the tenant plane is answered."""
    from django_scopes import scope

    with scope(workspace=tenant.workspace):
        yield
