"""Objects that are there and cannot be kept."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BrokenObject:
    """An object that is there and cannot be kept, or not whole; `name` is what people call it."""

    graph_id: str
    name: str
    error: Exception
