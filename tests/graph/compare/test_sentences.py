"""A difference in one sentence, with names in the place of ids."""

import pytest

from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.compare.sentences import Names, sentence_of, words_of, words_of_definition
from tenantpilot.graph.contracts import registry

SALES, PILOT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NAMES = Names(
    objects={SALES: "Sales", PILOT: "Pilot devices"},
    settings={"device_firewall_enable": "Enable firewall"},
    options={"device_firewall_enable_1": "On", "device_firewall_enable_0": "Off"},
)
INCLUDED, EXCLUDED = ("#microsoft.graph.groupAssignmentTarget", "#microsoft.graph.exclusionGroupAssignmentTarget")
ALL_DEVICES = {"assignments": [{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}]}


def to_sales(kind: str, *, filtered: str = "", mode: str = "none", **row: object) -> dict:
    target: dict = {"@odata.type": kind, "groupId": SALES.upper(), "deviceAndAppManagementAssignmentFilterType": mode}
    return {
        "assignments": [{"target": {**target, "deviceAndAppManagementAssignmentFilterId": filtered or None}, **row}]
    }


def setting(value: str) -> dict:
    instance = {"settingDefinitionId": "device_firewall_enable", "choiceSettingValue": {"value": value}}
    return {"settings": [{"id": "0", "settingInstance": instance}]}


def excluding(*groups: str) -> dict:
    return {"conditions": {"users": {"includeUsers": ["All"], "excludeGroups": list(groups)}}}


BOTH = {"assignments": [*ALL_DEVICES["assignments"], *to_sales(INCLUDED)["assignments"]]}
CASES = {
    "a group is excluded": (
        "settingsCatalog", to_sales(INCLUDED), to_sales(EXCLUDED),
        "Group Sales: excluded (was included)",
    ),
    "a group is new": ("settingsCatalog", {}, ALL_DEVICES, "All devices: included (was not assigned)"),
    "a group comes to others": (
        "settingsCatalog", ALL_DEVICES, BOTH,
        "Group Sales: included (was not assigned)",
    ),
    "a group leaves others": (
        "settingsCatalog", BOTH, ALL_DEVICES,
        "Group Sales: not assigned any more (was included)",
    ),
    "a filter comes": (
        "settingsCatalog", to_sales(INCLUDED), to_sales(INCLUDED, filtered=PILOT, mode="include"),
        "Group Sales: included with filter Pilot devices (was included)",
    ),
    "another intent": (
        "mobileApp", to_sales(INCLUDED, intent="available"), to_sales(INCLUDED, intent="required"),
        "Group Sales: included as required (was included as available)",
    ),
    "a choice": (
        "settingsCatalog", setting("device_firewall_enable_1"), setting("device_firewall_enable_0"),
        "Setting Enable firewall: Off (was On)",
    ),
    "a member of a set": (
        "conditionalAccessPolicy", excluding(PILOT), excluding(PILOT, SALES),
        "Conditions: users: exclude groups: Sales added",
    ),
    "a member less": (
        "conditionalAccessPolicy", excluding(PILOT, SALES), excluding(PILOT),
        "Conditions: users: exclude groups: Sales removed",
    ),
    "a property": (
        "deviceConfiguration", {"displayName": "A"}, {"displayName": "B"},
        "Display name: “B” (was “A”)",
    ),
    "a secret": (
        "deviceConfiguration", {"preSharedKey": "hunter2"}, {"preSharedKey": "hunter3"},
        "Pre shared key: another secret",
    ),
    "another place": (
        "deviceConfiguration",
        {"steps": [{"name": "a", "x": 1}, {"name": "b", "x": 1}, {"name": "c", "x": 2}]},
        {"steps": [{"name": "c", "x": 2}, {"name": "a", "x": 1}, {"name": "b", "x": 1}]},
        "Steps of “c”: moved from place 3 to place 1",
    ),
    "the scope tags": (
        "deviceConfiguration", {"roleScopeTagIds": ["0"]}, {"roleScopeTagIds": ["1"]},
        "Role scope tag ids: “1” (was “0”)",
    ),
    "what the service adds": (
        "settingsCatalog", {}, {"isNew": False},
        "Is new: no, filled in by the service",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_difference_is_one_sentence(name):
    key, before, after, sentence = CASES[name]
    (difference,) = differences(registry.get(key), before, after)
    assert sentence_of(difference, NAMES).startswith(sentence)


def test_without_names_ids_are_shown():
    (difference,) = differences(registry.get("settingsCatalog"), to_sales(INCLUDED), to_sales(EXCLUDED))
    assert sentence_of(difference) == f"Group {SALES}: excluded (was included)"


@pytest.mark.parametrize(
    ("name", "words"),
    [("bitLockerEnabled", "BitLocker enabled"), ("iOSVersion", "iOS version"), ("wiFiBlocked", "Wi-Fi blocked")],
)
def test_brands_are_written_as_their_owners_write_them(name, words):
    assert words_of(name) == words


def test_a_number_at_the_end_of_a_definition_is_not_its_name():
    assert words_of_definition("device~policy~edge_passwordManagerEnabled_1") == "Password manager enabled 1"
    assert words_of_definition("1") == "1"
