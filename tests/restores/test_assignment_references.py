"""References inside assignments count only where the rule writes these assignments, whatever stands in the tenant."""

from itertools import product

import pytest
from intunesim import Fault

from tenantpilot.graph.contracts import registry
from tenantpilot.restores.editing import edit_options
from tenantpilot.restores.matching import Finding
from tenantpilot.restores.models import RestoreMapping
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.planning import Question, plan_for
from tenantpilot.restores.references import Decision
from tenantpilot.restores.states import Assignments, Choice, Match
from tests.restores.conftest import create, delete, edit, entity_of, items_of, version_of
from tests.restores.test_other_tenant import CATALOG, other

__all__ = ["other"]

pytestmark = pytest.mark.same_on_both

G, H = "aaaaaaaa-0000-4000-8000-aaaaaaaaaaaa", "bbbbbbbb-0000-4000-8000-bbbbbbbbbbbb"
FILTERS = "deviceManagement/assignmentFilters"
CONTRACT = registry.get("settingsCatalog")
GROUP, DEVICES = (f"#microsoft.graph.{kind}AssignmentTarget" for kind in ("group", "allDevices"))
PLACES = {"there": False, "gone": True}
TENANTS = {"own": True, "other": False}
WRITTEN = {
    *product(["exact", "merge"], TENANTS, PLACES),
    *product(["keep"], TENANTS, ["gone"]),
    ("", "own", "gone"),
}
"""Where a rule writes assignments of the version: the rule, the tenant, and if the object is there."""
DECISIONS = {"undecided": None, "mapped": Decision(H), "left out": Decision(is_left_out=True)}
BLOCKERS = {"undecided": "unmapped", "mapped": "", "left out": "would_be_empty"}
CASES = list(product(Assignments.values, TENANTS, PLACES, DECISIONS))


def policy(*targets, name="Baseline"):
    return {"id": "p1", "name": name, "description": "As it was", "assignments": [{"target": one} for one in targets]}


def plan(rule, tenant, place, source, decisions, live=None):
    question = Question(
        contract=CONTRACT,
        source=source,
        live=None if PLACES[place] else live or policy({"@odata.type": DEVICES}, name="Changed"),
        finding=Finding(Match.ABSENT),
        choice=Choice.PROPOSED,
        options=RestoreOptions(assignments=rule),
        same_tenant=TENANTS[tenant],
        decisions=decisions,
    )
    return plan_for(question)


def blockers(answer):
    return [blocker.code for blocker in answer.blockers]


@pytest.mark.parametrize(("rule", "tenant", "place", "decided"), CASES)
def test_a_reference_counts_where_its_row_is_written(rule, tenant, place, decided):
    decisions = {("group", G): decision} if (decision := DECISIONS[decided]) else {}
    answer = plan(rule, tenant, place, policy({"@odata.type": GROUP, "groupId": G}), decisions)
    keeps_live_rows = (rule, place, decided) == ("merge", "there", "left out")
    is_written = (rule, tenant, place) in WRITTEN and not keeps_live_rows
    assert blockers(answer) == ([BLOCKERS[decided]] if is_written and BLOCKERS[decided] else [])
    if not answer.blockers and is_written:
        assert {row["target"].get("groupId") for row in answer.payload["assignments"]} >= {H}
    elif not answer.blockers:
        assert G not in str(answer.payload.get("assignments"))


@pytest.mark.parametrize(("rule", "tenant", "place"), list(product(Assignments.values, TENANTS, PLACES)))
def test_a_row_of_a_policy_set_needs_no_reference(rule, tenant, place):
    source = policy({"@odata.type": DEVICES})
    source["assignments"].append({"source": "policySets", "target": {"@odata.type": GROUP, "groupId": G}})
    assert blockers(plan(rule, tenant, place, source, {})) == []


@pytest.mark.parametrize("rule", Assignments.values)
def test_a_reference_of_the_body_counts_under_every_rule(rule):
    access = {"id": "c1", "displayName": "MFA", "conditions": {"users": {"includeGroups": [G]}, "applications": {}}}
    question = Question(
        registry.get("conditionalAccessPolicy"), access, None, Finding(Match.ABSENT), Choice.PROPOSED,
        RestoreOptions(assignments=rule), same_tenant=False, decisions={},
    )  # fmt: skip
    assert blockers(plan_for(question)) == ["unmapped"]


def with_gone_group(directory, simulator, captured):
    """Assign a policy to one group, capture it, then delete the group and assign the policy to all devices."""
    one = entity_of(directory, CATALOG)
    group = entity_of(directory, "groups").id
    one.children["assignments"] = [{"id": "a1", "target": {"@odata.type": GROUP, "groupId": group}}]
    directory.store.put(CATALOG, one)
    captured()
    one.children["assignments"] = [{"id": "a2", "target": {"@odata.type": DEVICES}}]
    directory.store.put(CATALOG, one)
    edit(directory, CATALOG, one.id, description="Changed by hand")
    delete(simulator, directory, "groups", group)
    return one, version_of(one.id)


def outcomes(restoring, restore):
    """Return what each rule comes to, as the codes of the blockers, and the rules that ask for the references."""
    codes, asking = {}, set()
    for rule in Assignments.values:
        edit_options(restore, RestoreOptions(assignments=rule), actor=restoring.person, now=restoring.now)
        restore = restoring.preview(restoring.fresh(restore))
        codes[rule] = [one["code"] for item in items_of(restore) for one in item.blockers]
        asking |= {rule for _row in RestoreMapping.everywhere.filter(restore_run=restore, kind="group")[:1]}
    return codes, asking


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tenant", TENANTS)
def test_a_preview_asks_for_what_its_rule_writes(
    directory, simulator, captured, other, fabrikam, contoso, restoring, tenant, place
):
    one, version = with_gone_group(directory, simulator, captured)
    if tenant == "other" and place == "there":
        create(simulator, other, CATALOG, {**one.body, "description": "Of Fabrikam"})
    if tenant == "own" and place == "gone":
        delete(simulator, directory, CATALOG, one.id)
    restore = restoring.draft(version, tenant=fabrikam if tenant == "other" else contoso)
    codes, asking = outcomes(restoring, restore)
    expected = {rule for rule in Assignments.values if (rule, tenant, place) in WRITTEN}
    assert codes == {rule: ["unmapped"] if rule in expected else [] for rule in Assignments.values}
    assert asking == expected


def test_a_policy_needs_no_filter_of_assignments_that_it_does_not_get(
    directory, simulator, captured, other, fabrikam, restoring
):
    """The filter is restored along, and Graph refuses it: the policy is written all the same, assigned to nobody."""
    one, narrowing = entity_of(directory, CATALOG), entity_of(directory, FILTERS)
    target = {"@odata.type": DEVICES, "deviceAndAppManagementAssignmentFilterId": narrowing.id}
    kind = {"deviceAndAppManagementAssignmentFilterType": "include"}
    one.children["assignments"] = [{"id": "a1", "target": {**target, **kind}}]
    directory.store.put(CATALOG, one)
    edit(directory, FILTERS, narrowing.id, displayName="Only in Contoso")
    captured()
    restore = restoring.preview(restoring.draft(version_of(narrowing.id), version_of(one.id), tenant=fabrikam))
    simulator.faults.add(Fault("status", path=f"*/{FILTERS.rpartition('/')[2]}", method="POST", status=400))
    restoring.execute(restore)
    states = {item.type: item.state for item in items_of(restore)}
    assert states == {"assignmentFilter": "failed", "settingsCatalog": "verified"}
