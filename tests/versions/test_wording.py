"""Policies in words: real ones and any JSON, without a secret and without a fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.compare.sentences import sentence_of
from tenantpilot.graph.contracts import registry
from tenantpilot.versions.wording.assignments import assignments_of
from tenantpilot.versions.wording.catalog import SettingNames, readable
from tenantpilot.versions.wording.policies import sections_of
from tests.graph.real_policies import read_real_policies

GROUP, FILTER = "77c1ed37-10d0-4ef1-93dc-198e70abb166", "11111111-2222-4333-8444-555555555555"
NAMES = {GROUP: {"type": "group", "name": "Sales"}, FILTER: {"type": "assignmentFilter", "name": "Corporate"}}
CANARY = "Zx8~canary"


def words(key, payload, names=NAMES, labels=None):
    """The lines as "label: value"."""
    sections = sections_of(registry.get(key), payload, names, labels)
    return [f"{line.label}: {'SECRET' if line.is_secret else line.value}" for part in sections for line in part.lines]


def test_conditional_access_reads_as_sentences():
    policy = {
        "state": "enabledForReportingButNotEnforced",
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeGroups": [GROUP]},
            "applications": {"includeApplications": ["All"], "excludeApplications": ["Office365"]},
            "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
            "clientAppTypes": ["browser"],
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]},
        "sessionControls": {"signInFrequency": {"isEnabled": True, "value": 4, "type": "hours"}},
    }
    assert words("conditionalAccessPolicy", policy) == [
        "State: Report-only",
        "Who: all users, except group Sales",
        "To what: all cloud apps, except Office 365",
        "From: any location, except all trusted locations",
        "With client apps: Browser",
        "Then: Grant access with multifactor authentication or a compliant device",
        "Session: sign in frequency: every 4 hours",
    ]


def test_a_name_that_nobody_knows_says_that_it_is_unresolved():
    policy = {"conditions": {"users": {"includeGroups": [FILTER]}}, "grantControls": {"builtInControls": ["block"]}}
    lines = words("conditionalAccessPolicy", policy, names={})
    assert f"Who: group Unresolved ({FILTER})" in lines
    assert "Then: Block access" in lines


def catalog(definition, value, **more):
    instance = {"settingDefinitionId": definition, "choiceSettingValue": {"value": value, "children": []}}
    return {"settings": [{"settingInstance": instance, **more}]}


def test_a_catalog_setting_has_the_name_of_its_definition_where_it_is_known():
    definition = "device_vendor_msft_policy_config_system_allowtelemetry"
    told = {
        "id": definition,
        "displayName": "Allow Telemetry",
        "options": [{"itemId": f"{definition}_1", "displayName": "Basic"}],
    }
    assert words("settingsCatalog", catalog(definition, f"{definition}_1", settingDefinitions=[told])) == [
        "Allow Telemetry: Basic"
    ]
    labels = SettingNames({definition: "Telemetry"}, {})
    assert words("settingsCatalog", catalog(definition, f"{definition}_1"), labels=labels) == ["Telemetry: 1"]
    assert words("settingsCatalog", catalog(definition, f"{definition}_1")) == ["System › allowtelemetry: 1"]


def test_scripts_and_oma_values_are_shown_as_what_they_are():
    script = {"displayName": "x", "scriptContent": "V3JpdGUtT3V0cHV0IDENCmV4aXQgMA=="}
    [line] = sections_of(registry.get("powershellScript"), script, {})[0].lines
    assert (line.label, line.value, line.text) == ("Script content", "2 lines", "Write-Output 1\r\nexit 0")
    oma = {
        "displayName": "Limit",
        "omaUri": "./Vendor/x",
        "@odata.type": "#microsoft.graph.omaSettingInteger",
        "value": 3,
    }
    [line] = sections_of(registry.get("deviceConfiguration"), {"omaSettings": [oma]}, {})[0].lines
    assert (line.label, line.value, line.note) == ("Limit", "3", "./Vendor/x · Integer")


@pytest.mark.parametrize(
    "payload",
    [
        {"preSharedKey": CANARY},
        {"preSharedKey": "****"},
        {"omaSettings": [{"displayName": "Key", "isEncrypted": True, "value": CANARY}]},
        {"nested": {"deep": [{"sharedSecret": CANARY}]}},
    ],
)
def test_a_secret_is_set_and_not_shown(payload):
    told = json.dumps(words("deviceConfiguration", payload))
    assert CANARY not in told
    assert "****" not in told
    assert "SECRET" in told


def test_assignments_name_their_targets_as_they_were():
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP}
    filtered = {
        "deviceAndAppManagementAssignmentFilterId": FILTER,
        "deviceAndAppManagementAssignmentFilterType": "exclude",
    }
    everybody = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget", **filtered}
    excluded = {**target, "@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget"}
    rows = assignments_of({"assignments": [{"target": excluded}, {"target": everybody}, {"target": target}]}, NAMES)
    assert [(row.target, row.is_excluded, row.details) for row in rows] == [
        ("All devices", False, "except for filter Corporate"),
        ("Sales", False, ""),
        ("Sales", True, ""),
    ]


def test_an_app_says_once_what_it_is_assigned_for():
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP}
    [row] = assignments_of({"assignments": [{"target": target, "intent": "required"}]}, NAMES)
    assert row.details == "as required"


def test_settings_stand_under_the_names_of_their_categories():
    """A category that Graph did not name is read from the id of its setting."""
    keys = [f"device_vendor_msft_policy_config_{name}" for name in ("defender_scan", "system_camera", "defender_cloud")]
    payload = {"settings": [row for key in keys for row in catalog(key, f"{key}_1")["settings"]]}
    labels = SettingNames(categories={keys[0]: "Microsoft Defender", keys[2]: "Microsoft Defender"})
    named = sections_of(registry.get("settingsCatalog"), payload, {}, labels)
    assert [(part.title, len(part.lines)) for part in named] == [("Microsoft Defender", 2), ("System", 1)]
    [unnamed] = sections_of(registry.get("settingsCatalog"), payload, {}, SettingNames())
    assert (unnamed.title, len(unnamed.lines)) == ("Settings", 3)


def test_report_only_is_said_in_words_wherever_it_stands():
    raw = "enabledForReportingButNotEnforced"
    contract = registry.get("conditionalAccessPolicy")
    [change] = differences(contract, {"state": "enabled"}, {"state": raw})
    assert sentence_of(change) == "State: report-only (was on)"
    assert words("settingsCatalog", {"mode": raw}) == ["Mode: Report-only"]


def test_a_definition_without_a_name_reads_as_its_area_and_its_rest():
    assert readable("device_vendor_msft_bitlocker_requiredeviceencryption") == "BitLocker › requiredeviceencryption"
    assert readable("com.apple.dock_autohide") == "Com.apple.dock › autohide"
    config = "device_vendor_msft_policy_config_"
    assert readable(f"{config}microsoft_edgev77.3~policy~microsoft_edge_browsersignin") == (
        "Microsoft Edge › Browser sign-in"
    )
    assert readable(f"{config}onedrivengscv2~policy~onedrivengsc_kfmoptinnowizard") == "OneDrive › kfmoptinnowizard"


def test_every_real_policy_has_words(shared):
    silent = [real.file for real in read_real_policies(shared) if not sections_of(real.contract, real.payload, {})]
    assert len(silent) < 10, silent


PROPERTIES = st.sampled_from(
    """settings settingInstance choiceSettingValue children value omaSettings target definitionValues presentationValues
    conditions users includeUsers assignments grantControls sessionControls scriptContent valueJson ipRanges""".split()  # noqa: SIM905
)
KEYS = (
    "settingsCatalog",
    "conditionalAccessPolicy",
    "deviceConfiguration",
    "administrativeTemplate",
    "endpointSecurityIntent",
    "namedLocation",
)
OBJECTS = st.recursive(
    st.dictionaries(PROPERTIES, st.none() | st.booleans() | st.text(max_size=4), max_size=4),
    lambda inner: st.dictionaries(PROPERTIES, inner | st.lists(inner, max_size=3), max_size=5),
    max_leaves=12,
)


@given(payload=OBJECTS, key=st.sampled_from(KEYS))
def test_any_json_has_words_or_none(payload, key):
    sections_of(registry.get(key), payload, {})
    assignments_of(payload, {})
