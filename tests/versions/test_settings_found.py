"""What is read from a payload: the targets of its assignments, and its settings with their values."""

from typing import Any

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.versions.assigning import targets_in
from tenantpilot.versions.settings_found import settings_found

CHOICE = "device_vendor_msft_policy_config_defender_allowcloudprotection"
TYPE = "#microsoft.graph.deviceManagementConfiguration"
CANARY = "canary-5f1d-secret"
SECRET = {"@odata.type": f"{TYPE}SecretSettingValue", "value": CANARY}
FILTER = "deviceAndAppManagementAssignmentFilter"


def found(kind: str, payload: dict[str, Any]) -> dict[str, list[str]]:
    """Return the texts of all values by the keys of their settings."""
    texts: dict[str, list[str]] = {}
    for setting in settings_found(registry.get(kind), payload):
        texts.setdefault(setting.key, []).append(setting.text)
    return texts


def hashes(kind: str, payload: dict[str, Any]) -> list[str]:
    return [setting.value_hash for setting in settings_found(registry.get(kind), payload)]


def instance(key: str, **value: Any) -> dict[str, Any]:
    return {"settingInstance": {"@odata.type": f"{TYPE}SettingInstance", "settingDefinitionId": key, **value}}


def test_a_choice_is_told_without_the_id_that_it_repeats():
    child = instance("Inner_Setting", simpleSettingValue={"value": 7})["settingInstance"]
    setting = instance(CHOICE, choiceSettingValue={"value": f"{CHOICE}_1", "children": [child]})
    assert found("settingsCatalog", {"settings": [setting]}) == {CHOICE: ["1"], "inner_setting": ["7"]}


def test_settings_in_groups_are_numbered_and_collections_have_one_value():
    groups = [
        {"children": [instance("port", simpleSettingValue={"value": port})["settingInstance"]]} for port in (80, 443)
    ]
    many = instance("urls", simpleSettingCollectionValue=[{"value": "a"}, {"value": "b"}])
    texts = found("settingsCatalog", {"settings": [instance("rules", groupSettingCollectionValue=groups), many]})
    assert texts == {"rules": ["2"], "port": ["80", "443"], "urls": ["a, b"]}


def test_the_order_of_a_list_makes_no_other_value():
    there, back = ({"features": ["a", "b"]}, {"features": ["b", "a"]})
    assert hashes("compliancePolicy", there) == hashes("compliancePolicy", back)
    assert hashes("compliancePolicy", there) != hashes("compliancePolicy", {"features": ["a"]})


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("settingsCatalog", {"settings": [instance("k", simpleSettingValue=SECRET)]}),
        ("deviceConfiguration", {"omaSettings": [{"omaUri": "./k", "value": CANARY, "isEncrypted": True}]}),
        ("deviceConfiguration", {"preSharedKey": "*****"}),
    ],
)
def test_sec_07_a_secret_is_named_without_its_value(kind, payload):
    [setting] = settings_found(registry.get(kind), payload)
    assert setting.is_secret
    assert (setting.text, setting.value_hash) == ("", "")


def test_templates_and_properties_have_keys_that_are_the_same_everywhere():
    template = {"enabled": True, "definition": {"id": "d1", "displayName": "Block macros"}, "presentationValues": []}
    assert found("administrativeTemplate", {"definitionValues": [template]}) == {"admx:d1": ["true"]}
    payload = {
        "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
        "displayName": "A name is no setting",
        "id": "1",
        "passwordRequired": True,
        "deviceThreat": {"level": "low"},
    }
    assert found("compliancePolicy", payload) == {
        "windows10CompliancePolicy/passwordRequired": ["true"],
        "windows10CompliancePolicy/deviceThreat.level": ["low"],
    }


def test_text_that_no_database_holds_is_replaced_and_a_script_has_no_text():
    texts = found("compliancePolicy", {"a": "nul \x00", "b": "half \ud800", "script": "x" * 5_000})
    assert sorted(text for values in texts.values() for text in values) == ["", "half \ufffd", "nul \ufffd"]


def target(name: str, **fields: Any) -> dict[str, Any]:
    return {"target": {"@odata.type": f"#microsoft.graph.{name}AssignmentTarget", **fields}}


def test_targets_are_told_apart_by_group_mode_and_filter():
    payload = {
        "assignments": [
            target("group", groupId="AAA", **{f"{FILTER}Id": "F1", f"{FILTER}Type": "include"}),
            target("exclusionGroup", groupId="bbb", **{f"{FILTER}Type": "none"}),
            target("allDevices"),
            target("allDevices"),
        ]
    }
    shown = [(t.kind, t.mode, t.group_id, t.filter_mode, t.filter_id) for t in targets_in("settingsCatalog", payload)]
    assert shown == [
        ("group", "include", "aaa", "include", "f1"),
        ("group", "exclude", "bbb", "none", ""),
        ("all_devices", "include", "", "none", ""),
    ]


def test_conditional_access_names_its_people_in_its_conditions():
    users = {"includeUsers": ["All"], "includeGroups": ["AAA"], "excludeGroups": ["BBB"]}
    targets = targets_in("conditionalAccessPolicy", {"conditions": {"users": users}})
    assert {(t.kind, t.mode, t.group_id) for t in targets} == {
        ("all_users", "include", ""),
        ("group", "include", "aaa"),
        ("group", "exclude", "bbb"),
    }


@pytest.mark.parametrize("value", [None, 1, "x", [], [1], {"a": []}, {"target": 3}, [{"target": []}], [[{}]]])
def test_any_json_in_their_places_is_read_without_an_error(value):
    payload = {"assignments": value, "settings": value, "definitionValues": value, "omaSettings": value, "x": value}
    for kind in ("settingsCatalog", "conditionalAccessPolicy", "deviceConfiguration"):
        targets_in(kind, payload)
        settings_found(registry.get(kind), payload)
