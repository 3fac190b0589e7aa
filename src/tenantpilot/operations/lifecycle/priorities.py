"""The order in which workers take runs: people first, then the clock; and first of both what is under way already."""

from typing import Protocol

# The queue of what a schedule started and a person would have in "interactive".
SCHEDULED = "scheduled"

OF_PEOPLE, OF_THE_CLOCK = 10, 0


class Dispatched(Protocol):
    """A run, as far as its place in line goes."""

    @property
    def queue(self) -> str: ...
    @property
    def initiator_id(self) -> int | None: ...
    @property
    def attempt(self) -> int: ...


def priority_of(run: Dispatched) -> int:
    """Return the priority of the run's job. A run that has begun holds a slot, so it goes before its equals."""
    base = OF_PEOPLE if run.initiator_id is not None or run.queue == "interactive" else OF_THE_CLOCK
    return base + (1 if run.attempt else 0)


def queue_of_schedule(queue: str) -> str:
    """Return the queue of a type's scheduled runs: never the one in which people wait."""
    return SCHEDULED if queue == "interactive" else queue
