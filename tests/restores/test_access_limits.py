"""Warnings about Conditional Access that depend on what else the tenant holds (FLOWS 2.6)."""

import copy

import pytest

from tenantpilot.restores import access_limits
from tests.restores.conftest import create, delete, edit, items_of, version_of

pytestmark = pytest.mark.same_on_both

POLICIES = "identity/conditionalAccess/policies"
LOCATIONS = "identity/conditionalAccess/namedLocations"


@pytest.fixture
def policy(directory):
    return next(iter(directory.store.entities(POLICIES)))


def give_location(simulator, directory, *, is_trusted):
    """Let the tenant have one named location, and no other."""
    for location in list(directory.store.entities(LOCATIONS)):
        directory.store.remove(LOCATIONS, location.id)
    ranges = [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}]
    place = {"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Office", "ipRanges": ranges}
    create(simulator, directory, LOCATIONS, {**place, "isTrusted": is_trusted})


def previewed(restoring, policy):
    [item] = items_of(restoring.preview(restoring.draft(version_of(policy.id))))
    return item


@pytest.mark.parametrize("place", ["includeLocations", "excludeLocations"])
@pytest.mark.parametrize("is_trusted", [True, False])
def test_all_trusted_locations_are_warned_of_where_none_is_trusted(
    simulator, directory, capture, restoring, policy, place, is_trusted
):
    locations = {"includeLocations": ["All"], "excludeLocations": [], place: ["AllTrusted"]}
    conditions = {**copy.deepcopy(policy.body["conditions"]), "locations": locations}
    edit(directory, POLICIES, policy.id, conditions=conditions)
    assert capture().outcome == "succeeded"
    edit(directory, POLICIES, policy.id, displayName="Another name")
    give_location(simulator, directory, is_trusted=is_trusted)
    assert ("no_trusted_location" in previewed(restoring, policy).warnings) is not is_trusted


@pytest.mark.parametrize(("room", "is_near"), [(0, True), (1, False)])
def test_a_new_policy_near_microsofts_limit_is_warned_of(
    simulator, directory, capture, restoring, policy, monkeypatch, room, is_near
):
    assert capture().outcome == "succeeded"
    delete(simulator, directory, POLICIES, policy.id)
    present = len(list(directory.store.entities(POLICIES)))
    monkeypatch.setattr(access_limits, "MOST_POLICIES", present + access_limits.NEAR + room)
    assert ("near_policy_limit" in previewed(restoring, policy).warnings) is is_near
