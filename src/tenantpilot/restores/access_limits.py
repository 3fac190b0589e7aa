"""Warnings about Conditional Access policies that depend on what else the tenant holds (FLOWS 2.6)."""

from collections.abc import Iterable, Sequence

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.errors import GraphError, GraphStopped
from tenantpilot.restores.ordering import Subject
from tenantpilot.restores.policy_state import CONDITIONAL_ACCESS, below
from tenantpilot.restores.reading import Reader
from tenantpilot.restores.states import CREATE_OR_UPDATE, Action

NAMED_LOCATION = "namedLocation"
MOST_POLICIES = 195
"""Of a tenant: https://learn.microsoft.com/entra/identity/conditional-access/plan-conditional-access"""
NEAR = 10


def warn_of_access(reader: Reader, subjects: Sequence[Subject]) -> None:
    """Warn of policies about trusted locations that the tenant has none of, and of new ones near Microsoft's limit."""
    policies = _planned(subjects, CONDITIONAL_ACCESS)
    created = [subject for subject in policies if subject.plan.action is Action.CREATE]
    if created and len(_listed(reader, CONDITIONAL_ACCESS)) + len(created) > MOST_POLICIES - NEAR:
        for subject in created:
            subject.warn("near_policy_limit")
    speaking = [subject for subject in policies if speaks_of_trusted_locations(subject.plan.payload)]
    if speaking and not _has_trusted_location(reader, subjects):
        for subject in speaking:
            subject.warn("no_trusted_location")


def speaks_of_trusted_locations(payload: JsonObject) -> bool:
    """Return True if a policy includes or excludes all trusted locations."""
    locations = below(payload, "conditions", "locations")
    return any("AllTrusted" in (locations.get(name) or ()) for name in ("includeLocations", "excludeLocations"))


def _has_trusted_location(reader: Reader, subjects: Sequence[Subject]) -> bool:
    """Return True if the tenant has a trusted location, or gets one by this restore."""
    planned = [subject.plan.payload for subject in _planned(subjects, NAMED_LOCATION)]
    return _any_trusted(planned) or _any_trusted(_listed(reader, NAMED_LOCATION))


def _any_trusted(locations: Iterable[JsonObject]) -> bool:
    return any(location.get("isTrusted") is True for location in locations)


def _planned(subjects: Sequence[Subject], key: str) -> list[Subject]:
    return [subject for subject in subjects if subject.contract.key == key and subject.plan.action in CREATE_OR_UPDATE]


def _listed(reader: Reader, key: str) -> list[JsonObject]:
    """Return the objects of a type; none where they cannot be read, so that a person is warned. Raises GraphStopped."""
    try:
        return reader.listed(registry.get(key))
    except GraphStopped:
        raise
    except GraphError:
        return []
