"""Writing to tenants of the simulator over HTTP: what is written comes back, once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from intunesim.catalog import COLLECTIONS
from intunesim.faults import Fault
from intunesim.graph.approval import decide
from intunesim.loader import load_folder
from intunesim.server import Running, serving
from intunesim.simulator import Simulator

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.budget import Allowance, MemoryStore, Service, TenantBudget
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.client.retries import RetryPolicy
from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract, Kind
from tenantpilot.graph.contracts.restoring import Reason, RestoreMode
from tenantpilot.graph.errors import GraphApprovalPending, GraphApprovalRequired
from tenantpilot.graph.read.full import read_by_id, read_type_whole
from tenantpilot.graph.read.listing import read_policies
from tenantpilot.graph.read.single import read_when_shown
from tenantpilot.graph.write.bodies import masks_in
from tenantpilot.graph.write.writer import Writer
from tests.graph.simulated import connection_to_tenant, filled

CATALOG = registry.get("settingsCatalog")
LOCATION = registry.get("namedLocation")
GROUP_TARGET = "#microsoft.graph.groupAssignmentTarget"
ALL_DEVICES = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
FAST = {service: Allowance(requests=10_000, writes=10_000, seconds=1.0) for service in Service}


@pytest.fixture
def running() -> Iterator[Running]:
    with serving(Simulator()) as made:
        yield made


@pytest.fixture
def open_client(running: Running) -> Iterator[Callable[[Any], GraphClient]]:
    clients = []

    def opened(tenant: Any) -> GraphClient:
        budget = TenantBudget(MemoryStore(), tenant.id, allowances=FAST)
        retry_policy = RetryPolicy(look_seconds=0.05, unavailable_backoff=(0.1, 0.1))
        clients.append(GraphClient(connection_to_tenant(running, tenant), budget=budget, retry_policy=retry_policy))
        return clients[-1]

    yield opened
    for client in clients:
        client.close()


def whole(client: GraphClient, contract: Contract) -> list[JsonObject]:
    reads = list(read_type_whole(client, contract))
    assert [read.error for read in reads if read.error] == []
    return [read.payload for read in reads if read.payload is not None]


def read_one(client: GraphClient, contract: Contract, graph_id: str, payload: JsonObject) -> JsonObject:
    (read,) = read_by_id(client, contract, [{**payload, "id": graph_id}])
    assert read.error is None, read.error
    assert read.payload is not None
    return read.payload


PLACEHOLDER = "REPLACE_RULES_BASE64"


def without_assignments(payload: JsonObject) -> JsonObject:
    return {name: value for name, value in payload.items() if name != "assignments"}


def copied_and_compared(source: GraphClient, target: GraphClient, contract: Contract) -> int:
    """Create every object of a type in the other tenant; each reads back as what it was."""
    copied = 0
    for payload in whole(source, contract):
        if contract.restorability(payload).reason in NEVER_MADE or contract.is_delivered(payload) or masks_in(payload):
            continue
        if contract.key == "conditionalAccessPolicy":
            payload.setdefault("state", "disabled")  # some exports leave it out, and Graph requires it
            session = {k: v for k, v in (payload.get("sessionControls") or {}).items() if v and "@" not in k}
            if not payload.get("grantControls") and not session:
                continue  # its only control is one that v1.0 does not hold
        if contract.create and any(payload.get(name) is None for name in contract.create.required):
            continue  # some exports leave out what Graph requires
        if payload.get("deviceCompliancePolicyScript") and PLACEHOLDER in str(payload["deviceCompliancePolicyScript"]):
            continue  # the file wants to be filled in before it is sent
        created = Writer(target, contract).create(payload, known_ids=())
        read = read_one(target, contract, created.graph_id, payload)
        found = differences(contract, without_assignments(payload), without_assignments(read))
        left_alone = {"priority", *(contract.create.without if contract.create else ())}
        assert [one for one in found if one.path not in left_alone] == [], contract.key
        copied += 1
    return copied


NEVER_MADE = {Reason.CONTENT_MISSING, Reason.SYNCED, Reason.DELIVERED, Reason.MEMBERS_MISSING, Reason.GIVES_POWER}
RESTORED = [contract for contract in registry.of_configuration() if contract.restore is RestoreMode.FULL]


WRITTEN_BY_ACTIONS = ["endpointSecurityIntent", "administrativeTemplate"]


@pytest.fixture
def two(running, open_client):
    """A tenant with policies of the kinds that are written by actions, and another that knows their templates."""
    northwind = filled(running.simulator, "Northwind", policies=24, kinds=WRITTEN_BY_ACTIONS)
    empty = filled(running.simulator, "Empty", policies=2, kinds=("deviceCategory",))
    return open_client(northwind), open_client(empty)


@pytest.mark.parametrize("key", WRITTEN_BY_ACTIONS)
def test_what_is_made_from_a_template_or_filled_by_an_action_comes_back_as_it_was(two, key):
    """`createInstance` and `updateDefinitionValues`: restored by hand alone, and yet written right when they are."""
    assert copied_and_compared(*two, registry.get(key)) > 5


def test_an_update_of_an_administrative_template_leaves_exactly_the_wanted_values(two):
    contract = registry.get("administrativeTemplate")
    client, _empty = two
    model, other = whole(client, contract)[:2]
    for _time in range(2):
        Writer(client, contract).update(other["id"], model)
    read = read_one(client, contract, other["id"], model)
    assert differences(contract, without_assignments(model), without_assignments(read)) == []


@pytest.mark.parametrize("kind", ["status_after", "reset_after", "status"])
def test_values_of_an_administrative_template_are_not_added_twice(running, two, kind):
    contract = registry.get("administrativeTemplate")
    client, empty = two
    payload = next(one for one in whole(client, contract) if one["definitionValues"])
    running.simulator.faults.add(Fault(kind=kind, status=504, times=1, path="*/updateDefinitionValues"))
    created = Writer(empty, contract).create(payload, known_ids=())
    read = read_one(empty, contract, created.graph_id, payload)
    assert differences(contract, without_assignments(payload), without_assignments(read)) == []


def test_an_intent_takes_over_the_values_of_another(two):
    contract = registry.get("endpointSecurityIntent")
    client, _empty = two
    policies = whole(client, contract)
    model = policies[0]
    other = next(one for one in policies[1:] if one["templateId"] == model["templateId"])
    Writer(client, contract).update(other["id"], model)
    read = read_one(client, contract, other["id"], model)
    assert {one["id"] for one in read["settings"]} == {one["id"] for one in other["settings"]}
    assert differences(contract, without_assignments(model), without_assignments(read)) == []


def test_every_real_policy_comes_back_as_it_was(running, open_client, shared):
    exported = running.simulator.add_tenant("Exported")
    report = load_folder(exported, shared / "graph" / "real-policies", now=datetime.now(UTC))
    empty = running.simulator.add_tenant("Empty", check_references=False)
    source, target = open_client(exported), open_client(empty)
    copied = sum(copied_and_compared(source, target, contract) for contract in RESTORED)
    assert copied > 200
    assert len(report.loaded) > 230


NOT_CHANGEABLE = {
    "group": {"groupTypes", "membershipRule", "membershipRuleProcessingState"},
    "customAttribute": {"displayName", "customAttributeName", "customAttributeType"},
    "assignmentFilter": {"platform", "assignmentFilterManagementType"},
    "driverUpdate": {"approvalType"},
    "enrollmentStatusPage": {"priority"},
    "notificationTemplate": {"defaultLocale"},
    "windowsUpdateRing": {"qualityUpdatesPaused", "featureUpdatesPaused"},
    "mdmAppConfiguration": {"targetedMobileApps"},
}


def test_an_update_makes_an_object_what_another_one_is(running, open_client):
    tenant = filled(running.simulator, policies=130)
    client = open_client(tenant)
    for contract in RESTORED:
        ours = [payload for payload in whole(client, contract) if not contract.is_delivered(payload)]
        twins = [(a, b) for a, b in pairwise(ours) if a.get("@odata.type") == b.get("@odata.type")]
        for model, other in twins[:1]:
            if masks_in(model):
                continue
            if contract.key in UNIQUE_NAMES:
                model["displayName"] = f"{model['displayName']} again"
            Writer(client, contract).update(other["id"], model)
            read = read_one(client, contract, other["id"], model)
            changed = differences(contract, without_assignments(model), without_assignments(read))
            left = {one.path.partition("[")[0] for one in changed} - NOT_CHANGEABLE.get(contract.key, set())
            assert left == set(), contract.key


UNIQUE_NAMES = {"roleScopeTag", "assignmentFilter", "deviceCategory"}
FAILURES = [
    Fault(kind="status_after", status=504, times=1, method="POST"),
    Fault(kind="reset_after", times=1, method="POST"),
    Fault(kind="status", status=503, times=1, method="POST"),
    Fault(kind="status", status=429, retry_after="0.1", times=1, method="POST"),
    Fault(kind="reset", times=1, method="POST"),
]


@pytest.mark.parametrize("number", range(len(FAILURES)), ids=[f"{one.kind}-{one.status}" for one in FAILURES])
@pytest.mark.parametrize("key", ["appCategory", "settingsCatalog", "namedLocation"])
def test_no_create_is_applied_twice_whatever_happens_to_its_answer(running, open_client, key, number):
    contract = registry.get(key)
    tenant = filled(running.simulator, policies=4, kinds=(key,))
    client = open_client(tenant)
    payload = next(one for one in whole(client, contract) if not masks_in(one))
    known = {item["id"] for item in read_policies(client, contract)}
    fault = FAILURES[number]
    running.simulator.faults.add(Fault(**{**vars(fault), "path": contract.path, "id": 0, "matched": 0, "fired": 0}))
    created = Writer(client, contract).create(payload, known_ids=known)
    running.simulator.faults.clear()
    after = {item["id"] for item in read_policies(client, contract)}
    assert after - known == {created.graph_id}


def test_assignments_are_written_as_they_were_read(running, open_client):
    tenant = filled(running.simulator, policies=130)
    client = open_client(tenant)
    for contract in RESTORED:
        assigned = [one for one in whole(client, contract) if contract.assign and one.get("assignments")]
        for payload in assigned[:2]:
            kind = str(payload.get("@odata.type", ""))
            writer = Writer(client, contract)
            writer.unassign(payload["id"], odata_type=kind)
            assert read_one(client, contract, payload["id"], payload).get("assignments") == [], contract.key
            writer.assign(payload["id"], payload["assignments"], odata_type=kind)
            read = read_one(client, contract, payload["id"], payload)
            own = [row for row in payload["assignments"] if row.get("source") != "policySets"]
            assert differences(contract, {"assignments": own}, {"assignments": read["assignments"]}) == []


def test_what_entra_shows_late_is_waited_for(running, open_client):
    tenant = running.simulator.add_tenant("Late", lagging_reads=2)
    client = open_client(tenant)
    payload = {"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Office", "isTrusted": False}
    payload["ipRanges"] = [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "10.0.0.0/8"}]
    writer = Writer(client, LOCATION)
    created = writer.create(payload, known_ids=())
    assert read_when_shown(client, LOCATION, created.graph_id)["displayName"] == "Office"


@pytest.mark.parametrize("status", [412, 403])
def test_a_protected_write_waits_for_a_second_administrator(running, open_client, status):
    tenant = filled(running.simulator, policies=40, approval_status=status)
    client = open_client(tenant)
    payload = next(one for one in whole(client, CATALOG) if not masks_in(one))
    workload = COLLECTIONS["deviceManagement/configurationPolicies"].workload
    tenant.habits.approval_workloads = (workload,)
    with pytest.raises(GraphApprovalRequired):
        Writer(client, CATALOG).create(payload, known_ids=())
    with pytest.raises(GraphApprovalPending) as pending:
        Writer(client, CATALOG, justification="Restore 12").create(payload, known_ids=())
    with pytest.raises(GraphApprovalPending):
        Writer(client, CATALOG, justification="Restore 12").create(payload, known_ids=())
    assert decide(tenant, pending.value.approval_code, "approved")
    created = Writer(client, CATALOG, approval_code=pending.value.approval_code).create(payload, known_ids=())
    assert (
        differences(CATALOG, without_assignments(payload), read_one(client, CATALOG, created.graph_id, payload)) == []
    )


def test_a_singleton_is_no_object_to_create():
    assert [contract.key for contract in RESTORED if contract.kind is not Kind.COLLECTION] == []
