"""A restore into another tenant of the workspace: every reference is decided by a person, and no foreign id is sent."""

import json

import pytest
from intunesim import Plan, generate
from intunesim.graph.known_settings import remember_definitions

from tenantpilot.graph.contracts.references import GUID
from tenantpilot.restores.editing import ItemEdit, MappingEdit, edit_items, edit_mappings, edit_options
from tenantpilot.restores.models import RestoreMapping
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.states import Choice, MappingAction
from tenantpilot.tenancy.credentials import store_credential
from tenantpilot.versions.payloads import content_of
from tests.restores.conftest import entity_of, items_of, mapped, version_of, writes_of

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"


@pytest.fixture
def other(simulator, directory, captured, fabrikam, now):
    """Fabrikam in the simulator, with groups and filters and no policies of this kind."""
    tenant = simulator.add_tenant("Fabrikam", tenant_id=str(fabrikam.entra_tenant_id))
    generate(tenant, Plan(policies=4, seed=99, kinds=("assignmentFilter",)), now=simulator.clock.now())
    application = tenant.application
    store_credential(
        tenant=fabrikam, kind="secret", client_id=application.client_id, secret=application.secrets[0].value,
        expires_at=None, actor=None, now=now,
    )  # fmt: skip
    remember_definitions(directory, now=simulator.clock.now())
    for path in ("deviceManagement/configurationSettings", "deviceManagement/configurationPolicyTemplates"):
        for entity in directory.store.entities(path):  # the service has them for every tenant
            tenant.store.put(path, entity)
    return tenant


def assigning_draft(restoring, version, tenant):
    """Prepare a restore that writes the assignments of the version, and preview it: it asks for each reference."""
    restore = restoring.draft(version, tenant=tenant)
    edit_options(restore, RestoreOptions(assignments="exact"), actor=restoring.person, now=restoring.now)
    restore = restoring.preview(restoring.fresh(restore))
    assert (restore.state, items_of(restore)[0].blockers[0]["code"]) == ("blocked", "unmapped")
    return restore


def test_a_policy_goes_into_another_tenant_without_assignments_and_without_foreign_ids(
    captured, directory, simulator, other, fabrikam, restoring
):
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    assignments = content_of(version.payload)["assignments"]
    assert assignments
    restore = restoring.draft(version, tenant=fabrikam)
    assert (restore.is_same_tenant, items_of(restore)[0].version) == (False, None)
    restore = restoring.preview(restore)
    assert not RestoreMapping.everywhere.filter(restore_run=restore).exists()
    assert restore.state == "previewed", items_of(restore)[0].blockers
    simulator.log.clear()
    run = restoring.execute(restore)
    [item] = items_of(restore)
    assert (run.outcome, item.state) == ("succeeded", "verified"), (item.reason_code, item.left_paths)
    created = other.store.find(CATALOG, item.target_id)
    assert created.body["name"] == policy.body["name"]
    assert not created.children.get("assignments")
    source_ids = {*GUID.findall(json.dumps(assignments).lower()), policy.id}
    bodies = [json.dumps(entry.body).lower() for entry in simulator.log if entry.method == "POST" and entry.body]
    assert bodies
    assert not [graph_id for graph_id in source_ids for body in bodies if graph_id in body]
    assert all(entry.tenant != directory.id for entry in simulator.log if entry.method not in ("GET",))


def test_an_assignment_is_written_to_the_mapped_group(captured, directory, other, fabrikam, restoring):
    version = version_of(entity_of(directory, CATALOG).id)
    restore = assigning_draft(restoring, version, fabrikam)
    groups = [entity.id for entity in other.store.entities("groups")]
    rows = RestoreMapping.everywhere.filter(restore_run=restore, kind="group")
    edits = mapped(rows, other)
    assert len(edits) == len(rows) > 0
    rest = RestoreMapping.everywhere.filter(restore_run=restore).exclude(kind="group")
    edits |= {row.pk: MappingEdit(MappingAction.SKIP) for row in rest}
    edit_mappings(restoring.fresh(restore), edits, actor=restoring.person, now=restoring.now)
    restore = restoring.preview(restoring.fresh(restore))
    assert restore.state == "previewed", items_of(restore)[0].blockers
    restoring.execute(restore)
    [item] = items_of(restore)
    assert item.state == "verified", (item.reason_code, item.left_paths)
    assigned = other.store.find(CATALOG, item.target_id).children["assignments"]
    assert {row["target"].get("groupId") for row in assigned} - {None} <= set(groups)


def test_what_is_left_out_is_not_previewed_into_a_tenant(captured, directory, simulator, other, fabrikam, restoring):
    version = version_of(entity_of(directory, CATALOG).id)
    restore = restoring.draft(version, tenant=fabrikam)
    [item] = items_of(restore)
    edit_items(restore, {item.pk: ItemEdit(Choice.SKIP)}, actor=restoring.person, now=restoring.now)
    simulator.log.clear()
    restore = restoring.preview(restore)
    assert (restore.state, items_of(restore)[0].action) == ("blocked", "skip")
    assert writes_of(simulator) == []


def test_two_groups_are_not_mapped_to_one(captured, directory, other, fabrikam, restoring):
    """Graph refuses two assignments to one group, and would leave the policy without any."""
    policy = entity_of(directory, CATALOG)
    groups = [entity.id for entity in directory.store.entities("groups")][:2]
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget"}
    policy.children["assignments"] = [{"id": f"a{n}", "target": {**target, "groupId": g}} for n, g in enumerate(groups)]
    directory.store.put(CATALOG, policy)
    captured()
    restore = assigning_draft(restoring, version_of(policy.id), fabrikam)
    group = next(iter(other.store.entities("groups"))).id
    rows = RestoreMapping.everywhere.filter(restore_run=restore, action="block")
    edits = {row.pk: MappingEdit(MappingAction.MAP, group) for row in rows}
    edit_mappings(restoring.fresh(restore), edits, actor=restoring.person, now=restoring.now)
    restore = restoring.preview(restoring.fresh(restore))
    assert items_of(restore)[0].blockers[0]["code"] == "doubled_target"


def test_a_reference_is_mapped_to_an_object_of_its_kind_that_is_there(captured, directory, other, fabrikam, restoring):
    """R5: a body names no object that the tenant does not have."""
    restore = assigning_draft(restoring, version_of(entity_of(directory, CATALOG).id), fabrikam)
    rows = list(RestoreMapping.everywhere.filter(restore_run=restore, action="block"))
    [first, *_rest] = [row for row in rows if row.kind == "group"]
    a_filter = entity_of(other, "deviceManagement/assignmentFilters").id
    for wrong in ("5f0c0f3e-0000-4000-8000-000000000001", a_filter):
        edits = mapped(rows, other) | {first.pk: MappingEdit(MappingAction.MAP, wrong)}
        edit_mappings(restore, edits, actor=restoring.person, now=restoring.now)
        restore = restoring.preview(restoring.fresh(restore))
        [item] = items_of(restore)
        assert (restore.state, [one["code"] for one in item.blockers]) == ("blocked", ["unmapped"])
        assert item.blockers[0]["about"] == [["group", first.source_id]]
