"""A tenant with all types is wiped and put back through the contracts: the ids are new, and nothing else is."""

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from intunesim.server import serving
from intunesim.simulator import Simulator
from intunesim.state.tenant import Tenant

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.budget import Allowance, MemoryStore, Service, TenantBudget
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.contracts.order import items_in_order
from tenantpilot.graph.contracts.references import GUID, Named, references_in, unexplained_guids, with_new_ids
from tenantpilot.graph.contracts.restoring import Reason, RestoreMode
from tenantpilot.graph.read.full import read_type_whole
from tenantpilot.graph.read.reveal import reveal
from tenantpilot.graph.write.bodies import masks_in
from tenantpilot.graph.write.writer import Writer
from tests.graph.simulated import connection_to_tenant, filled

FAST = {service: Allowance(requests=10_000, writes=10_000, seconds=1.0) for service in Service}
WRITTEN_ALL_THE_SAME = {Reason.GIVES_POWER, Reason.CANNOT_REMOVE, Reason.SHARED_ORDER}
"""A person decides about these; the contracts can write them, and are held to it."""
LEFT_ALONE = {
    "enrollmentConfiguration": {"priority"},
    "enrollmentStatusPage": {"priority"},
    "windowsUpdateRing": {"qualityUpdatesPaused", "featureUpdatesPaused"},
}
"""What a restore does not touch, and why no equality is asked for: the order of priorities, a pause."""


@dataclass
class Outcome:
    """What became of every object."""

    equal: list[str] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    """By the reason for which they were not written."""
    different: dict[str, list[str]] = field(default_factory=dict)
    after: list[tuple[Contract, JsonObject]] = field(default_factory=list)
    """All objects, read again at the end."""


@dataclass
class Restorer:
    """Puts objects back in their order, with the ids of what stands now."""

    client: GraphClient
    new_ids: dict[str, str] = field(default_factory=dict)
    written: list[tuple[Contract, JsonObject]] = field(default_factory=list)

    def put_back(self, contract: Contract, payload: JsonObject) -> None:
        wanted = with_new_ids(contract, payload, self._new_id)
        created = Writer(self.client, contract).create(wanted, known_ids=())
        self.new_ids[payload["id"].lower()] = created.graph_id
        self.written.append((contract, {**wanted, "id": created.graph_id}))

    def assign_all(self) -> None:
        for contract, payload in self.written:
            wanted = with_new_ids(contract, payload, self._new_id)
            if contract.assign and wanted.get("assignments"):
                kind = str(wanted.get("@odata.type") or "")
                Writer(self.client, contract).assign(wanted["id"], wanted["assignments"], odata_type=kind)

    def differing(self, contract: Contract, payload: JsonObject, read: JsonObject) -> list[str]:
        wanted = with_new_ids(contract, payload, self._new_id)
        paths = [difference.path for difference in differences(contract, wanted, read)]
        return [path for path in paths if path not in LEFT_ALONE.get(contract.key, set())]

    def _new_id(self, named: Named) -> str:
        return self.new_ids.get(named.graph_id.lower(), named.graph_id)


def is_to_be_wiped(contract: Contract, payload: JsonObject) -> bool:
    restorability = contract.restorability(payload)
    if contract.create is None or contract.is_delivered(payload):
        return False
    return restorability.mode is RestoreMode.FULL or (
        restorability.reason in WRITTEN_ALL_THE_SAME and contract.key != "group"
    )


def wipe(tenant: Tenant, contract: Contract, payload: JsonObject) -> None:
    assert tenant.store.remove(contract.path.strip("/"), payload["id"]) is not None


def captured(client: GraphClient) -> list[tuple[Contract, JsonObject]]:
    found = []
    for contract in registry.of_configuration():
        for read in read_type_whole(client, contract):
            assert read.payload is not None, (contract.key, read.error)
            found.append((contract, reveal(client, contract, read.payload).payload))
    return found


def wiped_and_put_back(tenant: Tenant, client: GraphClient) -> Outcome:
    outcome, restorer = Outcome(), Restorer(client)
    chosen = []
    for contract, payload in captured(client):
        if not is_to_be_wiped(contract, payload):
            outcome.kept[contract.restorability(payload).reason or Reason.DELIVERED] += 1
        elif masks_in(payload):
            outcome.kept["secret_masked"] += 1
        else:
            chosen.append((contract, payload))
    for contract, payload in chosen:
        wipe(tenant, contract, payload)
    for contract, payload in items_in_order(chosen):
        restorer.put_back(contract, payload)
    restorer.assign_all()
    outcome.after = captured(client)
    read = {(contract.key, payload["id"]): payload for contract, payload in outcome.after}
    for contract, payload in restorer.written:
        if paths := restorer.differing(contract, payload, read[contract.key, payload["id"]]):
            outcome.different[f"{contract.key}: {payload.get(contract.name_field)}"] = paths
        else:
            outcome.equal.append(contract.key)
    return outcome


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    with serving(Simulator()) as made:
        yield made


@pytest.fixture(scope="module")
def tenant(running) -> Tenant:
    return enriched(filled(running.simulator, policies=220))


@pytest.fixture(scope="module")
def client(running, tenant) -> Iterator[GraphClient]:
    budget = TenantBudget(MemoryStore(), tenant.id, allowances=FAST)
    with GraphClient(connection_to_tenant(running, tenant), budget=budget) as made:
        yield made


@pytest.fixture(scope="module")
def outcome(tenant, client) -> Outcome:
    return wiped_and_put_back(tenant, client)


def entities(tenant: Tenant, path: str) -> list[Any]:
    return list(tenant.store.entities(path))


def enriched(tenant: Tenant) -> Tenant:
    """With what a generated tenant lacks: everything that hangs below an object or stands inside a setting."""
    configurations = "deviceManagement/deviceConfigurations"
    model = entities(tenant, configurations)[0]
    certificate = added(tenant, configurations, model, "windows81TrustedRootCertificate", trustedRootCertificate="AAAA")
    scep = added(tenant, configurations, model, "windows81SCEPCertificateProfile")
    scep.children["rootCertificate"] = [copy.deepcopy(certificate.body)]
    wifi = added(tenant, configurations, model, "windowsWifiEnterpriseEAPConfiguration", networkName="N", ssid="S")
    wifi.children["rootCertificatesForServerValidation"] = [copy.deepcopy(certificate.body)]
    wifi.children["identityCertificateForClientAuthentication"] = [copy.deepcopy(scep.body)]
    general = next(one for one in entities(tenant, configurations) if "windows10General" in one.body["@odata.type"])
    general.children["privacyAccessControls"] = [
        {"id": "1", "accessLevel": "forceAllow", "dataCategory": "camera", "appDisplayName": "App"}
    ]
    add_reusable(tenant)
    add_combinations(tenant)
    setting = copy.deepcopy(entities(tenant, "deviceManagement/configurationPolicies")[0].children["settings"][0])
    for one in entities(tenant, "deviceAppManagement/targetedManagedAppConfigurations"):
        one.children["settings"] = [copy.deepcopy(setting)]
    for one in entities(tenant, "deviceManagement/intuneBrandingProfiles"):
        one.body |= {"isDefaultProfile": False, "themeColorLogo": {"type": "image/png", "value": "iVBORw=="}}
    for path in (configurations,):
        for one in (scep, wifi, general):
            tenant.store.put(path, one)
    return tenant


def added(tenant: Tenant, path: str, like: Any, type_name: str, **body: Any) -> Any:
    """One more object beside another one, of another type."""
    entity = copy.deepcopy(like)
    entity.id = f"{len(entities(tenant, path)):08d}-2222-4222-8222-222222222222"
    kept = {name: like.body[name] for name in ("roleScopeTagIds", "description") if name in like.body}
    entity.body = {"@odata.type": f"#microsoft.graph.{type_name}", "id": entity.id, **kept, **body}
    entity.body["displayName"] = type_name
    entity.children = {}
    tenant.store.put(path, entity)
    return entity


def add_reusable(tenant: Tenant) -> None:
    reusable = entities(tenant, "deviceManagement/reusablePolicySettings")[0]
    policy = entities(tenant, "deviceManagement/configurationPolicies")[0]
    policy.children["settings"].append(
        {
            "id": str(len(policy.children["settings"])),
            "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                "settingDefinitionId": "vendor_msft_firewall_dynamickeywords",
                "simpleSettingValue": {
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationReferenceSettingValue",
                    "value": reusable.id,
                },
            },
        }
    )
    policy.body["settingCount"] = len(policy.children["settings"])
    tenant.store.put("deviceManagement/configurationPolicies", policy)


def add_combinations(tenant: Tenant) -> None:
    path = "identity/conditionalAccess/authenticationStrength/policies"
    strength = copy.deepcopy(entities(tenant, path)[0])
    strength.id = "99999999-3333-4333-8333-333333333333"
    strength.body |= {"id": strength.id, "displayName": "Own keys", "policyType": "custom"}
    strength.body["allowedCombinations"] = ["fido2"]
    strength.children["combinationConfigurations"] = [
        {
            "@odata.type": "#microsoft.graph.fido2CombinationConfiguration",
            "id": "12345678-3333-4333-8333-333333333333",
            "appliesToCombinations": ["fido2"],
            "allowedAAGUIDs": ["de1e552d-db1d-4423-a619-566b625cdc84"],
        }
    ]
    tenant.store.put(path, strength)


def test_every_object_comes_back_equal_or_is_named_with_its_reason(outcome):
    assert outcome.different == {}
    assert {str(reason) for reason in outcome.kept} <= {str(reason) for reason in Reason} | {"secret_masked"}
    assert len(outcome.equal) > 200


def test_every_type_that_can_be_written_was_put_back(outcome):
    writable = {one.key for one in registry.of_configuration() if one.create and one.kind is Kind.COLLECTION}
    assert writable - set(outcome.equal) == set()


def test_no_id_of_a_wiped_object_is_left_in_another(outcome):
    present = {payload["id"].lower() for _contract, payload in outcome.after}
    objects = [(contract, payload) for contract, payload in outcome.after if is_to_be_wiped(contract, payload)]
    dangling = Counter(
        (contract.key, named.path)
        for contract, payload in objects
        for named in references_in(contract, payload)
        if named.type_key in registry_keys() and GUID.search(named.graph_id) and named.graph_id.lower() not in present
    )
    assert dangling == {}
    assert Counter(path for contract, payload in objects for path in unexplained_guids(contract, payload)) == {}


def registry_keys() -> set[str]:
    return {contract.key for contract in registry.every()}
