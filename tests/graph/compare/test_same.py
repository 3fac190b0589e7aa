"""One normal form: what means the same is equal, what does not is told with its place (issue threads 9, 13)."""

import copy
import hashlib
import hmac
import json
import random

import pytest

from tenantpilot.graph.compare.differences import SECRET, Difference, Kind, differences
from tenantpilot.graph.compare.form import Fingerprint, form_hash, form_of, hash_of_values, secret_places
from tenantpilot.graph.contracts import registry
from tests.graph.real_policies import read_real_policies

CATALOG = registry.get("settingsCatalog")
CONFIGURATION = registry.get("deviceConfiguration")
CONDITIONAL = registry.get("conditionalAccessPolicy")
COMPLIANCE = registry.get("compliancePolicy")
RING = registry.get("windowsUpdateRing")
SECRET_VALUE = "#microsoft.graph.deviceManagementConfigurationSecretSettingValue"


def setting(definition: str, value: object, number: int = 0, children: list | None = None) -> dict:
    instance = {"settingDefinitionId": definition, "simpleSettingValue": {"value": value}}
    if children is not None:
        instance["choiceSettingValue"] = {"value": "on", "children": children}
    return {"id": str(number), "settingInstance": instance}


ASSIGNMENT_TYPE = "#microsoft.graph.deviceManagementConfigurationPolicyAssignment"
POLICY = {
    "id": "p",
    "name": "Firewall",
    "description": "",
    "platforms": "windows10",
    "createdDateTime": "2026-01-01T00:00:00Z",
    "settingCount": 2,
    "roleScopeTagIds": ["1", "0"],
    "templateReference": {"templateId": "t_4", "templateDisplayName": "Firewall"},
    "settings": [setting("a", 1), setting("b", 2, 1, [{"settingDefinitionId": "y"}, {"settingDefinitionId": "x"}])],
    "assignments": [
        {"id": "p_g", "source": "direct", "sourceId": "p", "target": {"@odata.type": "#g", "groupId": "g"}},
        {"id": "p_h", "target": {"@odata.type": "#g", "groupId": "h"}},
    ],
}


def changed(**changes: object) -> dict:
    return {**copy.deepcopy(POLICY), **changes}


SAME = {
    "another id and other times": changed(id="q", lastModifiedDateTime="2026-02-02T00:00:00Z", version=7),
    "annotations": changed(
        **{"@odata.context": "x", "settings@odata.count": 2, "#microsoft.graph.assign": {}, "@odata.etag": "1"}
    ),
    "the declared type spelled out": changed(**{"@odata.type": f"#{CATALOG.odata_type}"}),
    "the type of assignments spelled out": changed(
        assignments=[{**row, "@odata.type": ASSIGNMENT_TYPE} for row in POLICY["assignments"]]
    ),
    "sets in another order": changed(
        roleScopeTagIds=["0", "1"],
        assignments=POLICY["assignments"][::-1],
        settings=[setting("b", 2, 0, [{"settingDefinitionId": "x"}, {"settingDefinitionId": "y"}]), setting("a", 1, 1)],
    ),
    "nothing in other words": changed(description=None, priorityMetaData=None, technologies=[]),
    "a number in other words": changed(settings=[setting("a", 1.0), POLICY["settings"][1]]),
    "the template's name": changed(templateReference={"templateId": "t_4", "templateDisplayName": "Feuerwall"}),
    "no filter, spelled out": changed(
        assignments=[
            {
                "target": {
                    **row["target"],
                    "deviceAndAppManagementAssignmentFilterType": "none",
                    "deviceAndAppManagementAssignmentFilterId": None,
                }
            }
            for row in POLICY["assignments"]
        ]
    ),
}
OTHER = {
    "another name": (changed(name="Firewall 2"), "name"),
    "another value": (changed(settings=[setting("a", 9), POLICY["settings"][1]]), "settings[a].settingInstance"),
    "a setting less": (changed(settings=[POLICY["settings"][0]]), "settings[b]"),
    "an unknown property": (changed(futureProperty={"x": 1}), "futureProperty"),
    "an assignment less": (changed(assignments=POLICY["assignments"][:1]), "assignments"),
    "another scope tag": (changed(roleScopeTagIds=["0", "2"]), "roleScopeTagIds"),
    "false is not null": (changed(disableEntraGroupPolicyAssignment=False), "disableEntraGroupPolicyAssignment"),
    "true is not one": (changed(settings=[setting("a", True), POLICY["settings"][1]]), "settings[a]"),
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same_is_equal(name):
    assert differences(CATALOG, POLICY, SAME[name]) == []
    assert form_hash(CATALOG, POLICY) == form_hash(CATALOG, SAME[name])


@pytest.mark.parametrize("name", OTHER)
def test_what_means_something_else_is_told_with_its_place(name):
    other, path = OTHER[name]
    found = differences(CATALOG, POLICY, other)
    assert found
    assert all(difference.path.startswith(path) for difference in found)
    assert form_hash(CATALOG, POLICY) != form_hash(CATALOG, other)


def test_a_difference_says_before_and_after():
    other = changed(settings=[setting("a", 9), POLICY["settings"][1]])
    place = "settings[a].settingInstance.simpleSettingValue.value"
    assert differences(CATALOG, POLICY, other) == [Difference(place, 1, 9)]


def test_a_payload_is_never_changed_by_looking_at_it():
    before = copy.deepcopy(POLICY)
    form_of(CATALOG, POLICY)
    differences(CATALOG, POLICY, POLICY)
    assert before == POLICY


def test_the_order_of_a_list_that_is_no_set_counts():
    before, after = (
        {"displayName": "C", "steps": [{"x": 1, "y": 0}, {"x": 2, "y": 0}]},
        {"displayName": "C", "steps": [{"x": 2, "y": 0}, {"x": 1, "y": 0}]},
    )
    assert differences(CONFIGURATION, before, after)


def test_sets_of_conditional_access_have_no_order_at_any_depth():
    before = {"conditions": {"users": {"includeGroups": ["a", "b"]}, "clientAppTypes": ["all"]}}
    after = {"conditions": {"users": {"includeGroups": ["b", "a"], "excludeGroups": []}, "clientAppTypes": ["all"]}}
    assert differences(CONDITIONAL, before, after) == []


def test_a_member_more_of_a_set_is_told_alone():
    before = {"conditions": {"users": {"includeGroups": ["a", "c"]}}}
    after = {"conditions": {"users": {"includeGroups": ["a", "b", "c"]}}}
    assert differences(CONDITIONAL, before, after) == [
        Difference('conditions.users.includeGroups["b"]', None, "b", Kind.ADDED)
    ]


def test_the_time_of_a_pause_is_no_change_and_the_pause_is():
    before = {"qualityUpdatesPaused": True, "qualityUpdatesPauseStartDate": "2026-01-01"}
    assert differences(RING, before, {**before, "qualityUpdatesPauseStartDate": "2026-02-01"}) == []
    assert differences(RING, before, {**before, "qualityUpdatesPaused": False})


def test_ids_of_actions_are_no_change_and_their_grace_period_is():
    def rules(action_id: str, hours: int) -> dict:
        actions = [{"id": action_id, "actionType": "block", "gracePeriodHours": hours}]
        return {"scheduledActionsForRule": [{"id": action_id, "scheduledActionConfigurations": actions}]}

    assert differences(COMPLIANCE, rules("a", 0), rules("b", 0)) == []
    assert len(differences(COMPLIANCE, rules("a", 0), rules("b", 24))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("2026-01-01T09:00:00Z", "2026-01-01T09:00:00.0000000Z"), ("09:00:00.0000000", "09:00:00")],
)
def test_zeros_behind_a_second_are_no_change(one, other):
    assert differences(CONFIGURATION, {"at": one}, {"at": other}) == []
    assert differences(CONFIGURATION, {"at": "09:00:00.5"}, {"at": "09:00:00"})


def oma(value: str, **facts: object) -> dict:
    return {
        "omaSettings": [{"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": "./A", "value": value, **facts}]
    }


def test_a_masked_secret_is_equal_to_any_and_two_plain_ones_are_compared():
    masked = oma("****", isEncrypted=True, secretReferenceValueId="r")
    known, other = oma("hunter2", isEncrypted=True), oma("hunter3", isEncrypted=True)
    assert differences(CONFIGURATION, masked, known) == []
    assert differences(CONFIGURATION, oma("hunter2"), masked) == []
    (difference,) = differences(CONFIGURATION, known, other)
    assert (difference.before, difference.after) == (SECRET, SECRET)


def test_a_secret_that_graph_never_gives_back_is_no_difference():
    written = {"displayName": "Wi-Fi", "preSharedKey": "hunter2"}
    assert differences(CONFIGURATION, written, {"displayName": "Wi-Fi", "preSharedKey": None}) == []
    assert differences(CONFIGURATION, written, {"displayName": "Wi-Fi", "preSharedKey": "********"}) == []


def test_a_secret_setting_is_compared_without_its_token():
    def secret(value: str, state: str) -> dict:
        value_of = {"@odata.type": SECRET_VALUE, "value": value, "valueState": state}
        return {"settings": [{"settingInstance": {"settingDefinitionId": "k", "simpleSettingValue": value_of}}]}

    token, again = secret("9f8e", "encryptedValueToken"), secret("77aa", "encryptedValueToken")
    assert differences(CATALOG, token, again) == []
    assert form_hash(CATALOG, token) == form_hash(CATALOG, again)
    assert differences(CATALOG, secret("hunter2", "notEncrypted"), token) == []
    assert len(differences(CATALOG, secret("hunter2", "notEncrypted"), secret("hunter3", "notEncrypted"))) == 1


def test_no_secret_is_in_a_normal_form_or_in_a_difference():
    payload = {**oma("hunter2", isEncrypted=True), "preSharedKey": "hunter2", "nested": [{"sharedSecret": "hunter2"}]}
    assert "hunter2" not in json.dumps(form_of(CONFIGURATION, payload).tree)
    assert "hunter2" not in repr(form_of(CONFIGURATION, payload))
    assert "hunter2" not in repr(form_of(CONFIGURATION, payload).fingerprints)
    assert "hunter2" not in repr(differences(CONFIGURATION, payload, {"displayName": "x"}))


def shuffled(value: object, chance: random.Random) -> object:
    """The same in another order of properties, with annotations."""
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {**{name: shuffled(value[name], chance) for name in names}, "x@odata.navigationLink": "y"}
    return [shuffled(one, chance) for one in value] if isinstance(value, list) else value


def test_real_policies_are_equal_to_themselves_however_they_are_written(shared):
    chance, hashes = random.Random(7), set()
    for policy in read_real_policies(shared):
        again = shuffled(policy.payload, chance)
        assert differences(policy.contract, policy.payload, again) == []
        assert form_hash(policy.contract, policy.payload) == form_hash(policy.contract, again)
        hashes.add(form_hash(policy.contract, policy.payload))
    assert len(hashes) > 200  # some baselines share a policy


def keyed(key: str) -> Fingerprint:
    return lambda pointer, secret: hmac.new(key.encode(), f"{pointer} {secret}".encode(), "sha256").hexdigest()


def test_what_is_kept_of_a_secret_depends_on_the_key_alone():
    one, other = ({**oma(value, isEncrypted=True), "preSharedKey": value} for value in ("hunter2", "hunter3"))
    forms = [form_of(CONFIGURATION, payload, fingerprint=keyed("a")) for payload in (one, other)]
    assert forms[0].digest == forms[1].digest
    assert forms[0].secrets_other_than(forms[1]) == ["omaSettings[./A].value", "preSharedKey"]
    assert not forms[0].same(forms[1])
    elsewhere = form_of(CONFIGURATION, one, fingerprint=keyed("b"))
    assert set(forms[0].fingerprints.values()).isdisjoint(elsewhere.fingerprints.values())
    assert not any(hashlib.sha256(b"hunter2").hexdigest() in text for text in forms[0].fingerprints.values())


def test_a_secret_is_found_by_its_pointer_when_others_come_before_it():
    place = {"displayName": "Office", "password": "hunter2", "ssid": "a"}
    before, after = {"networks": [place]}, {"networks": [{"displayName": "New", "ssid": "b"}, place]}
    pointers = [{one.pointer for one in secret_places(CONFIGURATION, payload)} for payload in (before, after)]
    assert pointers[0] == pointers[1]
    assert [one.kind for one in differences(CONFIGURATION, before, after)] == [Kind.ADDED]


@pytest.mark.parametrize("name", ["07_scope_tags_in_another_order", "08_same_moment_written_otherwise"])
def test_answers_from_the_field_that_say_the_same_have_one_hash(shared, name):
    case = json.loads((shared / "field" / f"{name}.json").read_text())
    first, second = (case[answer]["value"][0] for answer in ("first_answer", "second_answer"))
    assert first != second
    assert hash_of_values(first) == hash_of_values(second)
