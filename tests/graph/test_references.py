"""References: found wherever an id may stand, rewritten there and nowhere else, and no GUID without an explanation."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from intunesim.loader import load_folder
from intunesim.simulator import Simulator

from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.order import DependencyCycle, items_in_order, types_in_order
from tenantpilot.graph.contracts.references import (
    Named,
    Outside,
    is_everywhere,
    references_in,
    unexplained_guids,
    with_new_ids,
)
from tests.graph.simulated import filled

ONE, TWO, THREE = (f"{n}{n}{n}{n}{n}{n}{n}{n}-1111-4111-8111-111111111111" for n in (1, 2, 3))
ZERO = "00000000-0000-0000-0000-000000000000"
REUSABLE = {"@odata.type": "#microsoft.graph.deviceManagementConfigurationReferenceSettingValue", "value": ONE}


def named(key: str, payload: dict) -> list[tuple[str, str]]:
    return [(str(one.type_key), one.graph_id) for one in references_in(registry.get(key), payload)]


def group_item(payload_id: str, kind: str) -> dict:
    return {"items": [{"@odata.type": f"#microsoft.graph.{kind}", "payloadId": payload_id}]}


def in_conditions(**conditions: object) -> dict:
    return {"conditions": conditions}


def setting(value: dict) -> dict:
    return {"settings": [{"settingInstance": {"choiceSettingValue": {"children": [{"simpleSettingValue": value}]}}}]}


STRENGTH = {"grantControls": {"authenticationStrength": {"id": ONE}, "termsOfUse": [TWO]}}
GUESTS = {"externalTenants": {"members": [ONE]}}
KIOSK = {"kioskProfiles": [{"appConfiguration": {"uwpApp": {"appId": ONE}}}]}
DYNAMIC = {"membershipRule": f"user.memberof -any (group.objectId -in ['{ONE}'])"}
PLACES = [
    ("settingsCatalog", setting(REUSABLE), [("reusableSetting", ONE)]),
    ("linuxCompliance", setting(REUSABLE), [("reusableSetting", ONE)]),
    ("settingsCatalog", setting({"@odata.type": "#microsoft.graph.x", "value": ONE}), []),
    ("roleAssignment", {"members": [ONE], "scopeMembers": [TWO]}, [("group", ONE), ("group", TWO)]),
    ("roleAssignment", {"roleDefinition": {"id": ONE}}, [("roleDefinition", ONE)]),
    ("policySet", group_item(ONE, "mobileAppPolicySetItem"), [("mobileApp", ONE)]),
    ("policySet", group_item(ONE, "deviceCompliancePolicyPolicySetItem"), [("compliancePolicy", ONE)]),
    ("conditionalAccessPolicy", STRENGTH, [("authenticationStrength", ONE), (Outside.TERMS_OF_USE, TWO)]),
    ("conditionalAccessPolicy", in_conditions(users={"excludeUsers": [ONE, "All"]}), [(Outside.USER, ONE)]),
    ("conditionalAccessPolicy", in_conditions(users={"includeRoles": [ONE]}), [(Outside.DIRECTORY_ROLE, ONE)]),
    (
        "conditionalAccessPolicy",
        in_conditions(users={"includeGuestsOrExternalUsers": GUESTS}),
        [(Outside.EXTERNAL_TENANT, ONE)],
    ),
    (
        "conditionalAccessPolicy",
        in_conditions(applications={"includeApplications": ["Office365", ONE]}),
        [(Outside.APPLICATION, ONE)],
    ),
    (
        "conditionalAccessPolicy",
        in_conditions(applications={"includeAuthenticationContextClassReferences": ["c1"]}),
        [(Outside.AUTHENTICATION_CONTEXT, "c1")],
    ),
    ("conditionalAccessPolicy", in_conditions(locations={"includeLocations": ["AllTrusted", ZERO]}), []),
    ("compliancePolicy", {"deviceCompliancePolicyScript": {"deviceComplianceScriptId": ""}}, []),
    ("deviceConfiguration", {"rootCertificate": {"id": ONE}}, [("deviceConfiguration", ONE)]),
    ("deviceConfiguration", {"derivedCredentialSettings": {"id": ONE}}, [(Outside.DERIVED_CREDENTIAL, ONE)]),
    ("deviceConfiguration", KIOSK, [("mobileApp", ONE)]),
    ("mobileApp", {"assignments": [{"settings": {"vpnConfigurationId": ONE}}]}, [("deviceConfiguration", ONE)]),
    ("enrollmentConfiguration", {"notificationTemplates": [f"email_{ONE}"]}, [("notificationTemplate", ONE)]),
    ("windows365Provisioning", {"imageId": ONE, "imageType": "custom"}, [(Outside.CLOUD_PC_IMAGE, ONE)]),
    ("windows365Provisioning", {"imageId": "vendor_image", "imageType": "gallery"}, []),
    ("group", DYNAMIC, [("group", ONE)]),
    ("group", {"membershipRule": f'(device.deviceManagementAppId -eq "{ONE}")'}, []),
]


@pytest.mark.parametrize(("key", "payload", "expected"), PLACES)
def test_an_id_is_a_reference_where_the_contract_says_so(key, payload, expected):
    assert named(key, payload) == [(str(kind), graph_id) for kind, graph_id in expected]


@pytest.mark.parametrize(("key", "payload", "expected"), PLACES)
def test_new_ids_take_the_place_of_references_and_of_nothing_else(key, payload, expected):
    before = json.dumps(payload)
    rewritten = with_new_ids(registry.get(key), payload, lambda one: f"new-{one.graph_id}")
    text = before
    for _kind, graph_id in expected:
        text = text.replace(graph_id, f"new-{graph_id}")
    assert json.dumps(rewritten) == text
    assert json.dumps(payload) == before


def test_ids_that_mean_the_same_everywhere_need_no_mapping():
    assert is_everywhere(Named("roleScopeTag", "0", ""))
    assert not is_everywhere(Named("roleScopeTag", "1", ""))
    assert is_everywhere(Named("authenticationStrength", "00000000-0000-0000-0000-000000000004", ""))
    assert not is_everywhere(Named("authenticationStrength", ONE, ""))
    assert is_everywhere(Named(Outside.DIRECTORY_ROLE, ONE, ""))
    assert not is_everywhere(Named("group", ONE, ""))


NOT_READ = {("endpointSecurityIntent", "categories"), ("group", "members"), ("group", "owners")}
SINGLE = {"roleDefinition"}


def payloads_of(tenant) -> list[tuple]:
    """Every object of a simulated tenant that a contract covers, with what is read of it."""
    found = []
    for contract in registry.every():
        for entity in tenant.store.entities(contract.path.strip("/")):
            read = {name: items for name, items in entity.children.items() if (contract.key, name) not in NOT_READ}
            read |= {name: items[0] for name, items in read.items() if name in SINGLE and items}
            payload = {**entity.body, **read, "id": entity.id}
            if contract.holds(payload):
                found.append((contract, payload))
    return found


@pytest.mark.parametrize("source", ["generated", "exported"])
def test_no_guid_stands_in_a_policy_without_an_explanation(source, shared):
    simulator = Simulator()
    if source == "generated":
        tenant = filled(simulator, policies=400)
    else:
        tenant = simulator.add_tenant("Exported", check_references=False)
        load_folder(tenant, shared / "graph" / "real-policies", now=datetime.now(UTC))
    policies = payloads_of(tenant)
    unexplained = Counter(
        (contract.key, path) for contract, payload in policies for path in unexplained_guids(contract, payload)
    )
    assert unexplained == {}
    assert len(policies) > 200


def test_a_guid_that_nobody_explained_is_found():
    contract = registry.get("compliancePolicy")
    assert unexplained_guids(contract, {"id": ONE, "newThingId": TWO, "list": [{"other": THREE}]}) == [
        "newThingId",
        "list[].other",
    ]
    assert unexplained_guids(contract, {"newThingId": ZERO}) == []


CERTIFICATE = (registry.get("deviceConfiguration"), {"id": TWO})
PROFILE = (registry.get("deviceConfiguration"), {"id": ONE, "rootCertificate": {"id": TWO}})
APP = (registry.get("mobileApp"), {"id": THREE})
APP_SETTINGS = (registry.get("mdmAppConfiguration"), {"id": ONE, "targetedMobileApps": [THREE]})


def test_what_is_referred_to_comes_first_within_a_type_too():
    assert items_in_order([PROFILE, CERTIFICATE]) == [CERTIFICATE, PROFILE]
    assert items_in_order([APP_SETTINGS, APP]) == [APP, APP_SETTINGS]


def test_a_reference_of_an_assignment_does_not_close_a_circle():
    contract, app = APP
    assigned = (contract, {**app, "assignments": [{"settings": {"vpnConfigurationId": ONE}}]})
    kiosk = (registry.get("deviceConfiguration"), {"id": ONE, "kioskModeManagedAppId": THREE})
    assert items_in_order([kiosk, assigned]) == [assigned, kiosk]


def test_objects_that_need_each_other_are_named():
    contract, profile = PROFILE
    other = (contract, {"id": TWO, "rootCertificate": {"id": ONE}})
    with pytest.raises(DependencyCycle) as caught:
        items_in_order([(contract, profile), other])
    assert {ONE, TWO} <= set(caught.value.members)


def test_the_order_of_types_follows_references_before_wishes():
    app, settings = registry.get("mobileApp"), registry.get("mdmAppConfiguration")
    assert settings.restore_order < app.restore_order
    assert [one.key for one in types_in_order([settings, app])] == ["mobileApp", "mdmAppConfiguration"]
