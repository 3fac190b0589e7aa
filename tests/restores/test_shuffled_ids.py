"""Every type into a tenant whose objects have the same names and other ids: no id of the source stands in any body."""

import json
from collections import Counter

import pytest
from intunesim import Plan, generate
from intunesim.catalog import COLLECTIONS
from intunesim.generator.plan import WEIGHTS
from intunesim.graph.known_settings import remember_definitions

from tenantpilot.graph.contracts.references import GUID
from tenantpilot.inventory.models import Policy
from tenantpilot.restores.editing import edit_mappings, edit_options
from tenantpilot.restores.models import RestoreMapping
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.states import ItemState
from tenantpilot.tenancy.credentials import store_credential
from tests.restores.conftest import items_of, mapped, version_of

pytestmark = pytest.mark.same_on_both

DEFINITIONS = (
    "deviceManagement/configurationSettings",
    "deviceManagement/configurationPolicyTemplates",
)
"""Microsoft has these for every tenant."""
WRITTEN = {ItemState.VERIFIED, ItemState.VERIFIED_WITH_DIFFERENCES}
GOOD = {*WRITTEN, ItemState.UNCHANGED}


@pytest.fixture
def plan():
    return Plan(policies=len(WEIGHTS), seed=11, kinds=tuple(WEIGHTS))


@pytest.fixture
def twin(simulator, directory, captured, fabrikam, plan, now):
    """Fabrikam in the simulator: what Contoso has, under other ids."""
    tenant = simulator.add_tenant("Fabrikam", tenant_id=str(fabrikam.entra_tenant_id))
    generate(tenant, plan, now=simulator.clock.now())
    application = tenant.application
    store_credential(
        tenant=fabrikam, kind="secret", client_id=application.client_id, secret=application.secrets[0].value,
        expires_at=None, actor=None, now=now,
    )  # fmt: skip
    remember_definitions(directory, now=simulator.clock.now())
    for path in DEFINITIONS:
        for entity in directory.store.entities(path):
            tenant.store.put(path, entity)
    return tenant


def test_every_type_goes_into_a_tenant_of_other_ids(captured, directory, simulator, twin, fabrikam, restoring):
    """R5, R16: each reference is decided by a person, and the journal names no object of the source."""
    ours, theirs = ids_of(directory), ids_of(twin)
    policies = list(Policy.everywhere.present().exclude(type="group").order_by("pk"))
    restore = restoring.draft(*(version_of(policy.graph_id) for policy in policies), tenant=fabrikam)
    edit_options(restore, RestoreOptions(assignments="exact"), actor=restoring.person, now=restoring.now)
    restore = restoring.preview(restoring.fresh(restore))
    decide_all(restore, twin, restoring)
    restore = restoring.preview(restoring.fresh(restore))
    blocked = {one["code"] for item in items_of(restore) for one in item.blockers}
    assert blocked <= {"preview_only", "conflict"}, blocked
    simulator.log.clear()
    restoring.execute(restore)
    ends = Counter((item.type, item.state) for item in items_of(restore))
    print(
        ends,
        [
            (i.type, i.action, i.reason_code, i.left_paths)
            for i in items_of(restore)
            if i.state not in ("verified", "unchanged", "skipped")
        ],
    )
    assert {state for _type, state in ends} <= {*GOOD, ItemState.SKIPPED}, ends
    assert len({kind for kind, state in ends if state in WRITTEN}) > 25
    sent = [entry for entry in simulator.log if entry.method not in ("GET", "DELETE") and entry.body]
    bodies = [json.dumps(entry.body).lower() for entry in sent]
    assert {entry.tenant for entry in sent} == {twin.id}
    assert [(one, body) for one in ours - theirs for body in bodies if one in body] == []
    paths = [
        entry.path.lower() for entry in simulator.log if entry.tenant == twin.id and not entry.path.endswith("$batch")
    ]
    assert [(one, path) for one in ours - theirs for path in paths if one in path] == []


def ids_of(directory):
    """Return the ids of all objects of a tenant of the simulator."""
    ids = {entity.id.lower() for path in COLLECTIONS for entity in directory.store.entities(path)}
    return {guid for graph_id in ids for guid in GUID.findall(graph_id)}


def decide_all(restore, twin, restoring):
    """Choose an object of the same kind for each reference."""
    rows = RestoreMapping.everywhere.filter(restore_run=restore, action="block")
    edit_mappings(restoring.fresh(restore), mapped(rows, twin), actor=restoring.person, now=restoring.now)
