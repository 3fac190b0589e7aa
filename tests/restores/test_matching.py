"""Matching: by id, then by name, type and template; two that fit are a conflict."""

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.restores.matching import doubled_targets, find_target, normal_name
from tenantpilot.restores.states import Match

pytestmark = pytest.mark.same_on_both

CATALOG, DEVICE = registry.get("settingsCatalog"), registry.get("deviceConfiguration")
SETTINGS = registry.get("deviceManagementSettings")
WIFI, VPN = "#microsoft.graph.windows10CompliancePolicy", "#microsoft.graph.iosCompliancePolicy"


def policy(graph_id, name, template="abc_1", **more):
    return {"id": graph_id, "name": name, "templateReference": {"templateId": template}, **more}


SOURCE = policy("p1", "Baseline")
CASES = {
    "the same id, renamed": ([policy("p1", "Other")], True, (Match.BY_ID, "p1")),
    "the same id before a namesake": ([policy("p2", "Baseline"), policy("P1", "Other")], True, (Match.BY_ID, "P1")),
    "an id says nothing in another tenant": ([policy("p1", "Other")], False, (Match.ABSENT, "")),
    "one namesake": ([policy("p2", "Baseline")], True, (Match.BY_NAME, "p2")),
    "blanks and case": ([policy("p2", "  baseLINE ")], False, (Match.BY_NAME, "p2")),
    "another version of the template": ([policy("p2", "Baseline", "abc_2")], True, (Match.BY_NAME, "p2")),
    "another template": ([policy("p2", "Baseline", "xyz_1")], True, (Match.ABSENT, "")),
    "two namesakes": ([policy("p2", "Baseline"), policy("p3", "Baseline ")], True, (Match.CONFLICT, "")),
    "nothing": ([], True, (Match.ABSENT, "")),
}


@pytest.mark.parametrize(("live", "same", "expected"), CASES.values(), ids=CASES)
def test_the_object_is_found_by_id_then_by_name(live, same, expected):
    found = find_target(CATALOG, SOURCE, live, same_tenant=same)
    assert (found.match, found.target_id) == expected
    assert bool(found.candidates) == (expected[0] in (Match.CONFLICT, Match.BY_NAME))


def test_an_object_of_another_kind_is_no_match():
    source = {"id": "p1", "displayName": "Wi-Fi", "@odata.type": WIFI}
    live = [{"id": "p1", "displayName": "Wi-Fi", "@odata.type": VPN}]
    assert find_target(DEVICE, source, live, same_tenant=True).match is Match.ABSENT
    live[0]["@odata.type"] = WIFI.lstrip("#").upper()
    assert find_target(DEVICE, source, live, same_tenant=True).match is Match.BY_ID


def test_a_singleton_matches_itself():
    found = find_target(SETTINGS, {"id": "x"}, [{"id": "deviceManagementSettings"}], same_tenant=False)
    assert (found.match, found.target_id) == (Match.SINGLETON, "deviceManagementSettings")


@pytest.mark.parametrize(("one", "other"), [("Größe", "Gro\u0308ße"), ("A  b", "a b"), ("X\u00a0y", "x y")])
def test_names_that_read_alike_are_the_same(one, other):
    assert normal_name(one) == normal_name(other)


def test_a_nameless_object_matches_nothing():
    assert find_target(CATALOG, policy("p1", ""), [policy("p2", None)], same_tenant=True).match is Match.ABSENT


def test_two_items_on_one_object_are_both_named():
    assert doubled_targets([(1, "a", "x"), (2, "a", "x"), (3, "b", "x"), (4, "a", ""), (5, "a", "")]) == {1, 2}
