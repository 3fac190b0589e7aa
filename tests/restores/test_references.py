"""References: nothing undecided is sent, no list is emptied, no id of the source is left."""

import copy

import pytest
from intunesim import Plan

from tenantpilot.graph.contracts import registry
from tenantpilot.restores.references import Decision, foreign_ids, references_to_decide, with_decisions
from tests.restores.conftest import edit, entity_of, items_of, version_of

pytestmark = pytest.mark.same_on_both

A, B, Z, F = (f"{letter * 8}-0000-4000-8000-{letter * 12}" for letter in "abef")
CATALOG, ACCESS = registry.get("settingsCatalog"), registry.get("conditionalAccessPolicy")
GROUP = "#microsoft.graph.groupAssignmentTarget"


def assigned(*groups, filter_id=None):
    target = {"deviceAndAppManagementAssignmentFilterId": filter_id} if filter_id else {}
    rows = [{"id": f"p1:{group}", "target": {"@odata.type": GROUP, "groupId": group, **target}} for group in groups]
    return {"id": "p1", "name": "Baseline", "assignments": rows}


def groups_of(payload):
    return [row["target"]["groupId"] for row in payload["assignments"]]


def access(**users):
    return {"id": "c1", "displayName": "MFA", "conditions": {"users": users, "applications": {}}}


KEEP_A = {("group", A): Decision(A)}


def test_a_reference_without_a_decision_blocks_and_is_named():
    mapped = with_decisions(CATALOG, assigned(A, Z), KEEP_A)
    assert (mapped.blocker, mapped.about, mapped.payload) == ("unmapped", (("group", Z),), {})


def test_a_target_that_is_left_out_is_never_sent_as_null():
    """M365DSC #5856: the body holds A alone."""
    mapped = with_decisions(CATALOG, assigned(A, Z), {**KEEP_A, ("group", Z): Decision(is_left_out=True)})
    assert (mapped.blocker, groups_of(mapped.payload)) == ("", [A])


def test_assignments_that_are_all_left_out_are_named():
    """The plan refuses an emptied list where it would be written: see test_assignment_references."""
    mapped = with_decisions(CATALOG, assigned(Z), {("group", Z): Decision(is_left_out=True)})
    assert (mapped.blocker, groups_of(mapped.payload), mapped.left_out) == ("", [], (("group", Z),))


def test_without_its_filter_an_assignment_goes_as_a_whole():
    """A row without its filter would reach more devices than before."""
    decisions = {**KEEP_A, ("group", B): Decision(B), ("assignmentFilter", F): Decision(is_left_out=True)}
    both = assigned(A, filter_id=F)
    both["assignments"] += assigned(B)["assignments"]
    assert groups_of(with_decisions(CATALOG, both, decisions).payload) == [B]


CONDITIONS = {
    "one of two": ({"includeGroups": [A, Z]}, "", {"includeGroups": [A]}),
    "the only one that is included": ({"includeGroups": [Z]}, "would_be_empty", None),
    "the only one that is excluded": ({"includeUsers": ["All"], "excludeGroups": [Z]}, "would_be_empty", None),
    "words and roles pass": ({"includeUsers": ["All", "GuestsOrExternalUsers"]}, "", None),
}


@pytest.mark.parametrize(("users", "blocker", "expected"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_is_never_emptied(users, blocker, expected):
    mapped = with_decisions(ACCESS, access(**users), {**KEEP_A, ("group", Z): Decision(is_left_out=True)})
    assert mapped.blocker == blocker
    if not blocker:
        assert mapped.payload["conditions"]["users"] == (expected or users)


def test_what_an_object_cannot_be_without_is_not_left_out():
    policy = {**access(includeUsers=["All"]), "grantControls": {"authenticationStrength": {"id": Z}}}
    mapped = with_decisions(ACCESS, policy, {("authenticationStrength", Z): Decision(is_left_out=True)})
    assert mapped.blocker == "reference_needed"


def test_ids_that_mean_the_same_everywhere_need_no_decision():
    policy = access(includeUsers=["All"], includeRoles=[A])
    policy["conditions"]["applications"] = {"includeApplications": ["Office365", B]}
    assert references_to_decide(ACCESS, policy) == []


def test_no_id_of_the_source_is_left_in_a_body():
    decisions = {("group", A): Decision(B)}
    mapped = with_decisions(CATALOG, assigned(A), decisions)
    assert groups_of(mapped.payload) == [B]
    assert foreign_ids(CATALOG, mapped.payload, decisions, same_tenant=False) == []
    hidden = copy.deepcopy(mapped.payload)
    hidden["description"] = f"See group {A.upper()}"
    assert foreign_ids(CATALOG, hidden, decisions, same_tenant=False) == [A.upper()]


def test_in_another_tenant_an_id_that_nobody_explains_blocks():
    payload = {"id": "p1", "name": "Baseline", "somethingNew": {"owner": Z}}
    assert foreign_ids(CATALOG, payload, {}, same_tenant=False)
    assert not foreign_ids(CATALOG, payload, {}, same_tenant=True)


def test_the_same_object_keeps_its_id_as_graph_spells_it():
    """The keys of decisions are in small letters; T_ and t_ are not the same to Graph."""
    kind = "#microsoft.graph.managedAppProtectionPolicySetItem"
    source = {"id": "s", "displayName": "Set", "items": [{"@odata.type": kind, "payloadId": f"T_{A.upper()}"}]}
    contract = registry.get("policySet")
    [named] = references_to_decide(contract, source)
    mapped = with_decisions(contract, source, {("appProtection", f"t_{A}"): Decision(f"t_{A}")})
    assert named.graph_id == f"T_{A.upper()}"
    assert mapped.payload == source
    assert with_decisions(contract, source, {("appProtection", f"t_{A}"): Decision(f"T_{B}")}).payload["items"] == [
        {"@odata.type": kind, "payloadId": f"T_{B}"}
    ]


POLICY_SETS = "deviceAppManagement/policySets"


class TestOfPolicySets:
    @pytest.fixture
    def plan(self):
        return Plan(policies=20, seed=7, kinds=("policySet", "appProtection"))

    def test_an_item_of_a_policy_set_is_neither_changed_nor_unknown(self, sync, capture, directory, restoring):
        entity = entity_of(directory, POLICY_SETS)
        protection = entity_of(directory, "deviceAppManagement/managedAppPolicies").id
        kind = "#microsoft.graph.managedAppProtectionPolicySetItem"
        entity.children["items"] = [{"id": "i1", "@odata.type": kind, "payloadId": protection}]
        directory.store.put(POLICY_SETS, entity)
        capture()
        version = version_of(entity.id)
        edit(directory, POLICY_SETS, entity.id, description="Changed by hand")
        restore, run = restoring.whole(version)
        [item] = items_of(restore)
        assert protection.startswith("T_")
        assert (run.outcome, [one["path"] for one in item.sentences]) == ("succeeded", ["description"])
        [row] = directory.store.find(POLICY_SETS, entity.id).children["items"]
        assert row["payloadId"] == protection
