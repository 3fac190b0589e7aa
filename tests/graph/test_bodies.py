"""Bodies of writes: what Graph keeps is left out, and no mask is sent (GRAPH C7, C8)."""

import pytest

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.versions import as_written
from tenantpilot.graph.errors import (
    MaskedSecrets,
)
from tenantpilot.graph.write.bodies import body_for_create, body_for_update, masks_in
from tenantpilot.graph.write.writer import Writer
from tests.graph.scripted import Reply

CATALOG = registry.get("settingsCatalog")
COMPLIANCE = registry.get("compliancePolicy")
CONFIGURATION = registry.get("deviceConfiguration")
UPDATE_RING = registry.get("windowsUpdateRing")


def test_a_body_holds_no_annotation_and_nothing_that_graph_keeps(graph, client):
    payload = {
        "@odata.context": "https://graph/$metadata",
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
        "id": "1",
        "version": 3,
        "createdDateTime": "2026-01-01T00:00:00Z",
        "displayName": "Custom",
        "supportsScopeTags": True,
        "assignments": [],
        "#microsoft.graph.assign": {"target": "x"},
        "omaSettings": [{"@odata.type": "#x", "@odata.etag": "1", "omaUri": "./A", "value": "1", "isEncrypted": False}],
        "omaSettings@odata.context": "x",
        "deviceManagementApplicabilityRuleOsEdition": None,
        "futureProperty": {"a": [1]},
        "rootCertificate@odata.bind": "https://graph/x",
    }
    assert body_for_create(CONFIGURATION, payload) == {
        "@odata.type": "#microsoft.graph.windows10CustomConfiguration",
        "displayName": "Custom",
        "omaSettings": [{"@odata.type": "#x", "omaUri": "./A", "value": "1"}],
        "deviceManagementApplicabilityRuleOsEdition": None,
        "futureProperty": {"a": [1]},
        "rootCertificate@odata.bind": "https://graph/x",
    }
    assert payload["id"] == "1"


def test_settings_belong_into_a_put_and_actions_into_a_create_only():
    settings = [{"id": "0", "settingInstance": {"settingDefinitionId": "d"}}]
    policy = {"id": "p", "name": "A", "platforms": "windows10", "settings": settings, "settingCount": 1}
    assert body_for_update(CATALOG, policy) == {
        "name": "A",
        "platforms": "windows10",
        "settings": [{"settingInstance": {"settingDefinitionId": "d"}}],
    }
    rules = [{"id": "r", "ruleName": None, "scheduledActionConfigurations": [{"id": "a", "actionType": "block"}]}]
    compliance = {"id": "c", "displayName": "C", "scheduledActionsForRule": rules}
    kept = [{"ruleName": None, "scheduledActionConfigurations": [{"actionType": "block"}]}]
    assert body_for_create(COMPLIANCE, compliance)["scheduledActionsForRule"] == kept
    assert "scheduledActionsForRule" not in body_for_update(COMPLIANCE, compliance)


def test_an_update_neither_pauses_nor_unpauses_a_ring():
    ring = {"displayName": "R", "qualityUpdatesPaused": True, "qualityUpdatesPauseStartDate": "2026-01-01"}
    assert body_for_update(UPDATE_RING, ring) == {"displayName": "R"}


@pytest.mark.parametrize(
    ("payload", "paths"),
    [
        ({"omaSettings": [{"value": "****"}]}, ("omaSettings[0].value",)),
        ({"preSharedKey": "********"}, ("preSharedKey",)),
        (
            {
                "settings": [
                    {
                        "simpleSettingValue": {
                            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue",
                            "value": "e1b2",
                            "valueState": "encryptedValueToken",
                        }
                    }
                ]
            },
            ("settings[0].simpleSettingValue",),
        ),
        ({"description": "** important **", "name": "***"}, ()),
    ],
)
def test_a_mask_is_never_written(client, graph, payload, paths):
    assert masks_in(payload) == paths
    if paths:
        with pytest.raises(MaskedSecrets) as caught:
            Writer(client, CONFIGURATION).update("1", payload)
        assert caught.value.params == {"count": 1}
        assert caught.value.paths == paths
        assert graph.paths() == []


CONDITIONAL_ACCESS = registry.get("conditionalAccessPolicy")
STABLE = {"displayName": "P", "state": "disabled", "conditions": {"users": {"includeUsers": ["All"]}}}


@pytest.mark.parametrize(
    ("conditions", "version"),
    [
        ({"users": {"includeUsers": ["All"]}, "agentIdRiskLevels": None, "clients": None}, "v1.0"),
        ({"users": {"includeUsers": ["All"]}, "agentIdRiskLevels": "high"}, "beta"),
        ({"users": {"includeUsers": ["All"]}, "somethingNew": {"x": 1}}, "beta"),
    ],
)
def test_a_policy_is_written_in_the_version_that_holds_it(graph, client, conditions, version):
    """A policy that blocks risky agents is another one without its condition."""
    address = f"/{version}/identity/conditionalAccess/policies"
    graph.on(address, Reply(201, {"id": "p"}))
    Writer(client, CONDITIONAL_ACCESS).create({**STABLE, "conditions": conditions}, known_ids=())
    (body,) = [request.body for request in graph.seen if request.path == address]
    kept = {name: value for name, value in conditions.items() if value is not None}
    assert {name: value for name, value in body["conditions"].items() if value is not None} == kept
    assert ("agentIdRiskLevels" in body["conditions"]) is (version == "beta" and "agentIdRiskLevels" in conditions)


def test_what_only_beta_can_take_away_is_taken_away_there():
    live = {**STABLE, "conditions": {**STABLE["conditions"], "agentIdRiskLevels": "high"}}
    assert as_written(CONDITIONAL_ACCESS, STABLE)[0].version == "v1.0"
    assert as_written(CONDITIONAL_ACCESS, STABLE, live=live)[0].version == "beta"
    assert as_written(CONDITIONAL_ACCESS, live)[0].version == "beta"


def test_a_strength_is_written_by_its_id():
    strength = {"id": "00000000-0000-0000-0000-000000000002", "displayName": "MFA", "policyType": "builtIn"}
    payload = {"displayName": "P", "state": "disabled", "grantControls": {"authenticationStrength": strength}}
    for body_for in (body_for_create, body_for_update):
        body = body_for(registry.get("conditionalAccessPolicy"), payload)
        assert body["grantControls"]["authenticationStrength"] == {"id": strength["id"]}
    assert payload["grantControls"]["authenticationStrength"] is strength
