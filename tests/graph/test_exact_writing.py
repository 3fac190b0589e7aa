"""Objects of one type written over each other: equal afterwards, or the answer says what differs and why."""

import copy
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from intunesim.catalog import COLLECTIONS
from intunesim.faults import Fault
from intunesim.graph.approval import decide
from intunesim.loader import load_folder
from intunesim.simulator import Simulator

from tenantpilot.graph.client.answers import JsonObject
from tenantpilot.graph.client.client import GraphClient
from tenantpilot.graph.compare.differences import differences
from tenantpilot.graph.compare.form import form_of
from tenantpilot.graph.contracts import registry
from tenantpilot.graph.contracts.model import Contract
from tenantpilot.graph.errors import GraphRejected
from tenantpilot.graph.write.bodies import masks_in
from tenantpilot.graph.write.exact import Approval, write_if_unchanged
from tenantpilot.graph.write.results import (
    ChangedSince,
    HalfWritten,
    Intent,
    NeedsNewObject,
    Result,
    WaitingForApproval,
    Written,
    WrittenWithDifferences,
)
from tenantpilot.graph.write.writer import NotWritable, Writer
from tests.graph.simulated import filled
from tests.graph.test_simulator_writing import open_client, read_one, running, whole  # noqa: F401 - fixtures

WRITABLE = [one for one in registry.of_configuration() if one.update]
CONDITIONAL = registry.get("conditionalAccessPolicy")
ALL_DEVICES = "#microsoft.graph.allDevicesAssignmentTarget"
LOCATION = registry.get("namedLocation")
RING = registry.get("windowsUpdateRing")


def bare(payload: JsonObject) -> JsonObject:
    return {name: value for name, value in payload.items() if name != "assignments"}


def written(
    client: GraphClient, contract: Contract, live: JsonObject, payload: JsonObject, **options: object
) -> Result:
    expected = options.pop("expected", None) or form_of(contract, live)
    record = options.pop("record", lambda _intent: None)
    return write_if_unchanged(client, contract, live["id"], payload, expected, record=record, **options)


def pairs(client: GraphClient, contract: Contract, most: int) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Objects of the type that can be written over each other, each way, the unlike first."""
    own = [one for one in whole(client, contract) if not contract.is_delivered(one) and not masks_in(one)]
    alike = [(a, b) for a, b in permutations(own, 2) if a.get("@odata.type") == b.get("@odata.type")]
    step = max(1, len(alike) // most)
    yield from alike[::step][:most]


UNIQUE = ("roleScopeTag", "deviceCategory", "assignmentFilter")
"""Graph takes a name of these once in a tenant."""


def named_anew(contract: Contract, payload: JsonObject, live: JsonObject) -> JsonObject:
    """The payload, under the live object's name where a name can be used once only."""
    name = contract.name_field
    return {**bare(payload), name: live[name]} if contract.key in UNIQUE else bare(payload)


def written_over_each_other(client: GraphClient, contract: Contract, most: int) -> Counter[str]:
    """How many writes ended how. None ends in a difference that the answer does not name."""
    ends: Counter[str] = Counter()
    for model, other in pairs(client, contract, most):
        live = read_one(client, contract, other["id"], other)
        wanted = named_anew(contract, model, live)
        try:
            result: Result | GraphRejected = written(client, contract, live, wanted)
        except GraphRejected as refusal:
            result = refusal
        after = read_one(client, contract, other["id"], other)
        left = {one.path for one in differences(contract, wanted, bare(after))}
        if isinstance(result, Written):
            assert left == set(), contract.key
        elif isinstance(result, WrittenWithDifferences):
            assert left == set(result.paths), contract.key
            ends.update(f"{contract.key}: {path}" for path in result.paths)
        else:
            assert isinstance(result, NeedsNewObject | GraphRejected), (contract.key, result)
            ends[f"{contract.key}: {type(result).__name__}"] += 1
            assert differences(contract, live, after) == []
        ends[type(result).__name__] += 1
    return ends


@pytest.mark.parametrize(
    "most",
    [2, pytest.param(25, id="25 pairs", marks=[pytest.mark.deep, pytest.mark.timeout(1_200)])],
)
def test_generated_objects_written_over_each_other_are_equal_or_named(running, open_client, most):  # noqa: F811
    client = open_client(filled(running.simulator, policies=120 if most == 2 else 400))
    ends: Counter[str] = Counter()
    for contract in WRITABLE:
        ends += written_over_each_other(client, contract, most)
    print(ends)
    assert ends["Written"] > ends["NeedsNewObject"] + ends["WrittenWithDifferences"]


def exported(simulator: Simulator, shared: Path):
    tenant = simulator.add_tenant("Exported", check_references=False)
    load_folder(tenant, shared / "graph" / "real-policies", now=datetime.now(UTC))
    return tenant


@pytest.mark.parametrize(
    "most",
    [3, pytest.param(30, id="30 pairs", marks=[pytest.mark.deep, pytest.mark.timeout(1_200)])],
)
def test_real_policies_written_over_each_other_are_equal_or_named(running, open_client, shared, most):  # noqa: F811
    client = open_client(exported(running.simulator, shared))
    ends: Counter[str] = Counter()
    for contract in WRITABLE:
        ends += written_over_each_other(client, contract, most)
    print(ends)
    assert ends["Written"] > ends["NeedsNewObject"] + ends["WrittenWithDifferences"]


@pytest.fixture
def one(running, open_client):  # noqa: F811
    """A client and a way to find an object of a type in a small tenant."""
    tenant = filled(running.simulator, policies=60)
    client = open_client(tenant)

    def first(contract: Contract) -> JsonObject:
        objects = whole(client, contract)
        return next(one for one in objects if not contract.is_delivered(one) and not masks_in(one))

    return client, first, tenant


def test_an_object_that_changed_since_is_not_written(one):
    client, first, _tenant = one
    seen = first(registry.get("deviceCategory"))
    contract = registry.get("deviceCategory")
    expected = form_of(contract, {**seen, "displayName": "as it was"})
    records: list[Intent] = []
    result = written(client, contract, seen, {**seen, "displayName": "x"}, expected=expected, record=records.append)
    assert isinstance(result, ChangedSince)
    assert result.live is not None
    assert result.live["displayName"] == seen["displayName"]
    assert records == []
    assert differences(contract, seen, read_one(client, contract, seen["id"], seen)) == []


def test_an_object_that_is_gone_is_not_written(one):
    client, first, _tenant = one
    contract = registry.get("deviceCategory")
    seen = first(contract)
    Writer(client, contract).delete(seen["id"])
    assert written(client, contract, seen, {**seen, "displayName": "x"}) == ChangedSince(None)


def test_what_is_equal_already_takes_no_write(one):
    client, first, _tenant = one
    contract = registry.get("assignmentFilter")
    seen, records = first(contract), []
    result = written(client, contract, seen, copy.deepcopy(seen), record=records.append)
    assert isinstance(result, Written)
    assert result.was_equal
    assert records == []


def test_an_intent_is_recorded_before_the_write_with_what_was_there(one):
    """SEC-10"""
    client, first, _tenant = one
    contract = registry.get("deviceCategory")
    seen = first(contract)
    read_at_intent = []

    def record(intent: Intent) -> None:
        read_at_intent.append(read_one(client, contract, seen["id"], seen)["displayName"])
        assert (intent.type_key, intent.graph_id, intent.paths) == (contract.key, seen["id"], ("displayName",))
        assert intent.before["displayName"] == seen["displayName"]

    result = written(client, contract, seen, {**seen, "displayName": "New"}, record=record)
    assert isinstance(result, Written)
    assert result.before["displayName"] == seen["displayName"] == read_at_intent[0]


def test_what_no_update_changes_needs_a_new_object(one):
    client, first, _tenant = one
    contract = registry.get("assignmentFilter")
    seen = first(contract)
    other = "macOS" if seen["platform"] != "macOS" else "iOS"
    assert written(client, contract, seen, {**seen, "platform": other}) == NeedsNewObject("platform")


def test_an_update_ring_is_never_paused_or_resumed(one):
    client, first, tenant = one
    seen = first(RING)
    stored = tenant.store.find(RING.path.strip("/"), seen["id"])
    assert stored is not None
    stored.body["qualityUpdatesPaused"] = True
    live = read_one(client, RING, seen["id"], seen)
    wanted = {**seen, "qualityUpdatesPaused": False, "description": "Restored"}
    result = written(client, RING, live, wanted)
    assert isinstance(result, WrittenWithDifferences)
    assert result.paths == ("qualityUpdatesPaused",)
    assert result.after["qualityUpdatesPaused"] is True
    assert result.after["description"] == "Restored"


def test_conditions_and_controls_that_are_missing_are_cleared(one):
    client, first, _tenant = one
    seen = first(CONDITIONAL)
    users = {"includeUsers": ["All"], "excludeUsers": []}
    wanted = {**seen, "conditions": {"users": users, "applications": {"includeApplications": ["All"]}}}
    wanted["conditions"]["clientAppTypes"] = ["all"]
    wanted["grantControls"] = {"operator": "OR", "builtInControls": ["block"]}
    del wanted["sessionControls"]
    wanted["sessionControls"] = None
    result = written(client, CONDITIONAL, seen, bare(wanted))
    assert isinstance(result, Written), getattr(result, "paths", result)
    assert not result.after.get("sessionControls")


def test_assignments_of_the_payload_are_made_exactly(one):
    client, first, _tenant = one
    seen = first(registry.get("settingsCatalog"))
    contract = registry.get("settingsCatalog")
    wide = [{"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}]
    for rows in (wide, []):
        live = read_one(client, contract, seen["id"], seen)
        result = written(client, contract, live, {**bare(seen), "assignments": rows})
        assert isinstance(result, Written)
        assert len(result.after["assignments"]) == len(rows)


def test_a_part_that_fails_leaves_it_half_written(running, one):  # noqa: F811
    client, _first, _tenant = one
    contract = registry.get("authenticationStrength")
    made = {"displayName": "Ours", "description": "", "allowedCombinations": ["windowsHelloForBusiness"]}
    made["id"] = Writer(client, contract).create(made, known_ids=()).graph_id
    seen = read_one(client, contract, made["id"], made)
    running.simulator.faults.add(Fault(kind="status", status=400, path="*/updateAllowedCombinations"))
    wanted = {**seen, "displayName": "Stronger", "allowedCombinations": ["fido2"]}
    result = written(client, contract, seen, wanted)
    assert isinstance(result, HalfWritten)
    assert result.graph_id == seen["id"]
    assert result.before["displayName"] == seen["displayName"]


def test_a_protected_write_waits_and_passes_with_its_code(one):
    client, first, tenant = one
    contract = registry.get("settingsCatalog")
    seen = first(contract)
    tenant.habits.approval_workloads = (COLLECTIONS["deviceManagement/configurationPolicies"].workload,)
    wanted = {**bare(seen), "description": "Approved"}
    waiting = written(client, contract, seen, wanted, approval=Approval("Restore 12"))
    assert isinstance(waiting, WaitingForApproval)
    assert decide(tenant, waiting.approval_code, "approved")
    assert isinstance(written(client, contract, seen, wanted, approval=Approval(code=waiting.approval_code)), Written)


def test_what_is_trusted_or_assigned_is_deleted_all_the_same(one):
    client, first, _tenant = one
    trusted: JsonObject = {"@odata.type": "#microsoft.graph.ipNamedLocation", "displayName": "Office"}
    trusted["isTrusted"] = True
    trusted["ipRanges"] = [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24"}]
    trusted["id"] = Writer(client, LOCATION).create(trusted, known_ids=()).graph_id
    Writer(client, LOCATION).delete(trusted["id"], odata_type="#microsoft.graph.ipNamedLocation")
    assert trusted["id"] not in {item["id"] for item in whole(client, LOCATION)}
    contract = registry.get("autopilotProfile")
    profile = first(contract)
    Writer(client, contract).assign(profile["id"], [{"target": {"@odata.type": ALL_DEVICES}}])
    Writer(client, contract).delete(profile["id"])
    assert profile["id"] not in {item["id"] for item in whole(client, contract)}


def test_a_group_comes_back_under_its_id_and_a_policy_does_not(one):
    client, first, _tenant = one
    contract = registry.get("group")
    group = {**first(contract), "groupTypes": ["Unified"], "mailEnabled": True, "mailNickname": "ours"}
    group = {name: value for name, value in group.items() if "membershipRule" not in name}
    group["id"] = Writer(client, contract).create(group, known_ids=()).graph_id
    group = read_one(client, contract, group["id"], group)
    Writer(client, contract).delete(group["id"])
    Writer(client, contract).undelete(group["id"])
    assert differences(contract, group, read_one(client, contract, group["id"], group)) == []
    with pytest.raises(NotWritable):
        Writer(client, CONDITIONAL).undelete("any")
