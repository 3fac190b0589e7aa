"""Results of a write that was to make an object equal to a payload."""

from __future__ import annotations

from dataclasses import dataclass, field

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.errors import GraphError


@dataclass(frozen=True)
class Written:
    """The object is equal to the payload now; read again, it showed no difference."""

    before: JsonObject = field(repr=False)
    after: JsonObject = field(repr=False)
    was_equal: bool = False
    """Nothing had to be sent."""


@dataclass(frozen=True)
class WrittenWithDifferences:
    """The write was taken, and the object, read again, differs at these places all the same."""

    paths: tuple[str, ...]
    before: JsonObject = field(repr=False)
    after: JsonObject = field(repr=False)


@dataclass(frozen=True)
class ChangedSince:
    """Nothing was sent: the object is not what it was expected to be, or is gone."""

    live: JsonObject | None = field(repr=False)


@dataclass(frozen=True)
class NeedsNewObject:
    """Nothing was sent: Graph does not change this property of an object that is there."""

    property: str


@dataclass(frozen=True)
class WaitingForApproval:
    """A second administrator has to approve it; the same write passes then with this code."""

    approval_code: str = field(repr=False)
    before: JsonObject = field(repr=False)


@dataclass(frozen=True)
class HalfWritten:
    """The object itself or some of its parts were written, and then a request failed."""

    graph_id: str
    error: GraphError
    before: JsonObject = field(repr=False)


Result = Written | WrittenWithDifferences | ChangedSince | NeedsNewObject | WaitingForApproval | HalfWritten


@dataclass(frozen=True)
class Intent:
    """A write that is about to be sent: recorded first, so that a second look can tell whether it happened."""

    type_key: str
    graph_id: str
    before: JsonObject = field(repr=False)
    paths: tuple[str, ...]
    """Where the object is going to change."""
