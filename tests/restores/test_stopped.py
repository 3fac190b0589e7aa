"""A worker that leaves after each write hands its run on, and the next one goes on with what was written."""

import random
from dataclasses import dataclass, field

import pytest
from intunesim import Fault
from intunesim.catalog import COLLECTIONS
from intunesim.graph.approval import decide

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.departure import Departure
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.restores.approval_codes import opened_code
from tenantpilot.restores.drafting import draft_to_undo
from tenantpilot.restores.editing import ItemEdit, edit_items, edit_options
from tenantpilot.restores.models import RestoreItem
from tenantpilot.restores.options import RestoreOptions
from tenantpilot.restores.services import go_on
from tenantpilot.restores.states import Choice, ItemState
from tests.restores.conftest import delete, edit, entity_of, items_of, version_of
from tests.restores.drifting import drift
from tests.restores.test_approvals import unassigned
from tests.restores.test_lost_answers import APP_IS_MISSING, counted, ends, one_of_each, plan
from tests.restores.test_resuming import CATALOG

__all__ = ["one_of_each", "plan", "unassigned"]

pytestmark = pytest.mark.same_on_both

MOST_STOPS = 400
LOCATIONS, IP_LOCATION = "identity/conditionalAccess/namedLocations", "#microsoft.graph.ipNamedLocation"
IP_RANGE = {"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24"}


@dataclass
class Leaving(Fault):
    """Asks the worker to leave while it waits for the answer of a write, once for each method and path."""

    departure: Departure = field(default_factory=Departure)
    requests: set[tuple[str, str]] = field(default_factory=set)

    def fits(self, *, method, path, **others):
        is_write = method != "GET" and "/oauth2/" not in path and not path.endswith(("$batch", "getByIds"))
        if is_write and (method, path) not in self.requests:
            self.requests.add((method, path))
            self.departure.ask()
        return False


@pytest.fixture
def executed(simulator, restoring):
    """A function that confirms a restore and executes it; the worker leaves after each write, and the next goes on."""
    leaving = simulator.faults.add(Leaving(kind="status"))

    def execute(restore):
        run = restoring.start(restore)
        leaving.requests.clear()
        stops = 0
        while not Runner(clock=lambda: restoring.now, leaving=leaving.departure).execute(run.pk):
            leaving.departure = Departure()
            stops += 1
            assert stops < MOST_STOPS
        restoring.fresh(restore)
        return OperationRun.everywhere.get(pk=run.pk), stops

    return execute


def previewed(restoring, versions):
    restore = restoring.draft(*versions)
    edit_options(restore, RestoreOptions(assignments="exact"), actor=restoring.person, now=restoring.now)
    return restoring.preview(restoring.fresh(restore))


def test_ops_07_a_stop_after_each_write_of_each_type_fails_nothing(
    one_of_each, directory, simulator, restoring, executed
):
    """Every object is changed with its assignments and restored, then deleted and restored."""
    chance, expected = random.Random(3), counted(directory)
    for _version, kept in one_of_each.values():
        drift(directory, kept, chance, times=2)
        children = directory.store.find(kept.path, kept.graph_id).children
        children["assignments"] = children.get("assignments", [])[:-1]
    changed = previewed(restoring, [version for version, _kept in one_of_each.values()])
    run, stops = executed(changed)
    assert (ends({item.type: item for item in items_of(changed)}), counted(directory)) == (APP_IS_MISSING, expected)
    assert stops > run.summary_counts["updated"] > 20
    for _version, kept in one_of_each.values():
        delete(simulator, directory, kept.path, kept.graph_id)
    deleted = previewed(restoring, [version for version, _kept in one_of_each.values()])
    run, stops = executed(deleted)
    assert ends({item.type: item for item in items_of(deleted)}) == APP_IS_MISSING
    assert stops > run.summary_counts["created"] > 30
    expected["deviceAppManagement/mobileAppConfigurations"] -= 1
    assert counted(directory) == expected


def test_the_next_worker_writes_the_assignments(captured, directory, simulator, restoring):
    policy = entity_of(directory, CATALOG)
    version, assignments = version_of(policy.id), len(policy.children["assignments"])
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    policy.children["assignments"] = []
    restore = previewed(restoring, [version])
    leaving = simulator.faults.add(Leaving(kind="status"))
    run = restoring.start(restore)
    assert not Runner(clock=lambda: restoring.now, leaving=leaving.departure).execute(run.pk)
    assert RestoreItem.everywhere.get(restore_run=restore).state == ItemState.WRITING
    assert directory.store.find(CATALOG, policy.id).children["assignments"] == []
    simulator.faults.clear()
    assert Runner(clock=lambda: restoring.now).execute(run.pk)
    [item] = items_of(restore)
    assert (item.state, item.reason_code) == ("verified", "")
    assert len(directory.store.find(CATALOG, policy.id).children["assignments"]) == assignments


@pytest.mark.parametrize("is_gone", [False, True], ids=["changed", "created"])
def test_a_stop_behind_an_approved_write_loses_no_approval(unassigned, directory, simulator, restoring, is_gone):
    """A code of Multi Admin Approval passes once, so the next worker goes on without it."""
    policy, version = unassigned
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    if is_gone:
        delete(simulator, directory, CATALOG, policy.id)
    directory.habits.approval_workloads = (COLLECTIONS[CATALOG].workload,)
    restore, _run = restoring.whole(version)
    [item] = items_of(restore)
    assert decide(directory, opened_code(restore.tenant, item), "approved")
    leaving = simulator.faults.add(Leaving(kind="status"))
    run = go_on(restoring.fresh(restore), actor=restoring.person, now=restoring.now).run
    assert not Runner(clock=lambda: restoring.now, leaving=leaving.departure).execute(run.pk)
    simulator.faults.clear()
    assert Runner(clock=lambda: restoring.now).execute(run.pk)
    [item] = items_of(restoring.fresh(restore))
    assert (item.state, item.reason_code) == ("verified", "")


def test_a_stop_between_the_requests_of_a_deletion_loses_nothing(captured, capture, directory, simulator, restoring):
    """Entra deletes a trusted location only once it is not trusted any more."""
    location = entity_of(directory, LOCATIONS)
    location.body.update({"@odata.type": IP_LOCATION, "isTrusted": True, "ipRanges": [IP_RANGE]})
    directory.store.put(LOCATIONS, location)
    assert capture().outcome == "succeeded"
    version = version_of(location.id)
    location.body["isTrusted"] = False
    delete(simulator, directory, LOCATIONS, location.id)
    restore, _run = restoring.whole(version)
    undo = draft_to_undo(restore, source="Undo", actor=restoring.person, now=restoring.now)
    edit_items(undo, {items_of(undo)[0].pk: ItemEdit(Choice.DELETE)}, actor=restoring.person, now=restoring.now)
    undo = restoring.preview(undo)
    created = items_of(undo)[0].found_id
    leaving = simulator.faults.add(Leaving(kind="status"))
    run = restoring.start(undo)
    assert not Runner(clock=lambda: restoring.now, leaving=leaving.departure).execute(run.pk)
    assert directory.store.find(LOCATIONS, created).body["isTrusted"] is False
    simulator.faults.clear()
    assert Runner(clock=lambda: restoring.now).execute(run.pk)
    [item] = items_of(restoring.fresh(undo))
    assert (item.state, item.reason_code) == ("verified", "")
    assert directory.store.find(LOCATIONS, created) is None
