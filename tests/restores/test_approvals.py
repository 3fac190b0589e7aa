"""Multi Admin Approval: an item waits, holds nothing up, and goes on with the same body once it was approved."""

from datetime import timedelta

import pytest
from intunesim.catalog import COLLECTIONS
from intunesim.graph.approval import decide

from tenantpilot.restores.approving import opened_code
from tenantpilot.restores.services import go_on
from tenantpilot.restores.settling import settle_all
from tests.restores.conftest import edit, entity_of, items_of, version_of

CATALOG = "deviceManagement/configurationPolicies"


@pytest.fixture
def waiting(captured, directory, restoring):
    """A restore of one policy that Contoso protects."""
    policy = entity_of(directory, CATALOG)
    version = version_of(policy.id)
    edit(directory, CATALOG, policy.id, description="Changed by hand")
    directory.habits.approval_workloads = (COLLECTIONS[CATALOG].workload,)
    restore, run = restoring.whole(version)
    assert (run.outcome, restore.state) == ("partially_succeeded", "waiting")
    assert run.summary_counts["waiting"] == 1
    return restore


def again(restoring, restore):
    started = go_on(restoring.fresh(restore), actor=restoring.person, now=restoring.now)
    restoring.runner().execute(started.run.pk)
    return restoring.fresh(restore)


def test_it_goes_on_once_it_was_approved(waiting, directory, restoring):
    [item] = items_of(waiting)
    assert (item.state, item.reason_code) == ("waiting", "approval_pending")
    code = opened_code(waiting.tenant, item)
    assert code.encode() not in bytes(item.approval_sealed)
    assert again(restoring, waiting).state == "waiting"
    assert decide(directory, code, "approved")
    assert again(restoring, waiting).state == "done"
    assert items_of(waiting)[0].state == "verified"
    assert directory.store.find(CATALOG, item.found_id).body.get("description") != "Changed by hand"


def test_a_refusal_ends_it_with_its_reason(waiting, directory, restoring):
    assert decide(directory, opened_code(waiting.tenant, items_of(waiting)[0]), "rejected")
    assert again(restoring, waiting).state == "done"
    [item] = items_of(waiting)
    assert (item.state, item.reason_code) == ("failed", "approval_refused")


def test_what_changed_meanwhile_is_not_written_over(waiting, directory, restoring):
    [item] = items_of(waiting)
    edit(directory, CATALOG, item.found_id, description="Changed again")
    assert decide(directory, opened_code(waiting.tenant, item), "approved")
    again(restoring, waiting)
    assert items_of(waiting)[0].reason_code == "changed_since_preview"
    assert directory.store.find(CATALOG, item.found_id).body["description"] == "Changed again"


def test_after_a_week_it_expires(waiting, restoring):
    assert settle_all(now=restoring.now + timedelta(days=6)) == 0
    assert settle_all(now=restoring.now + timedelta(days=8)) == 1
    assert items_of(waiting)[0].reason_code == "approval_expired"
    assert restoring.fresh(waiting).state == "done"
