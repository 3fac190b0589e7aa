"""Who changed a policy, from Microsoft's audit events: likely, one of several, or not known; never a guess."""

import pytest
from intunesim import Fault
from intunesim.web.editing import edit

from tenantpilot.backups.services import start_backup
from tenantpilot.inventory.models import Policy
from tenantpilot.operations.workers.runner import Runner
from tests.versions.conftest import versions_of

pytestmark = pytest.mark.same_on_both

CATALOG = "deviceManagement/configurationPolicies"
ANNA, BERT = "anna@contoso.example", "bert@contoso.example"


@pytest.fixture
def policy(captured, directory):
    """A settings catalog policy with one version."""
    entity = next(iter(directory.store.entities(CATALOG)))
    return Policy.everywhere.get(graph_id=entity.id)


@pytest.fixture
def change(simulator, directory, policy):
    def edit_as(person, **changes):
        edit(simulator, directory, "PATCH", f"{CATALOG}/{policy.graph_id}", changes, by=person)

    return edit_as


def actors(policy):
    newest = versions_of(policy)[-1]
    return newest.actor_confidence, [actor["name"] for actor in newest.actors]


def test_one_person_in_the_window_is_likely(policy, change, capture):
    change(ANNA, description="By Anna")
    capture([policy.pk])
    assert actors(policy) == ("likely", [ANNA])


def test_two_people_in_the_window_are_both_named(policy, change, capture):
    change(ANNA, description="By Anna")
    change(BERT, description="By Bert")
    capture([policy.pk])
    assert actors(policy) == ("one_of", [ANNA, BERT])


def test_a_change_that_no_event_explains_has_nobody(policy, change, capture):
    change("", description="By nobody")
    capture([policy.pk])
    assert actors(policy) == ("unknown", [])


def test_a_later_capture_fills_in_what_the_feed_told_late(policy, change, capture, directory):
    change(ANNA, description="By Anna")
    feed = "deviceManagement/auditEvents"
    [event] = [one for one in directory.store.entities(feed) if one.body["actor"].get("userPrincipalName") == ANNA]
    directory.store.remove(feed, event.id)
    capture([policy.pk])
    assert actors(policy) == ("unknown", [])
    directory.store.put(feed, event)
    capture([policy.pk])
    assert actors(policy) == ("likely", [ANNA])


def test_without_the_permission_nobody_is_known_and_the_run_succeeds(policy, change, capture, simulator):
    simulator.faults.add(Fault("status", path="*auditEvents*", status=403))
    change(ANNA, description="By Anna")
    run = capture([policy.pk])
    assert (run.outcome, actors(policy)) == ("succeeded", ("unknown", []))


def test_the_name_stands_in_the_version_and_not_in_the_run(policy, change, capture):
    """OPS-12."""
    change(ANNA, description="Changed")
    run = capture([policy.pk])
    stored = f"{run.summary_counts} {run.failure_summary} {run.inputs} {run.context}"
    assert ANNA not in stored


ACCESS = "identity/conditionalAccess/policies"
FEED_OF_ENTRA = "auditLogs/directoryAudits"


@pytest.fixture
def access_policy(capture, directory):
    """A Conditional Access policy with one version."""
    capture()
    entity = next(iter(directory.store.entities(ACCESS)))
    return Policy.everywhere.get(graph_id=entity.id)


@pytest.fixture
def switch(simulator, directory, access_policy):
    def edit_as(person, **changes):
        edit(simulator, directory, "PATCH", f"{ACCESS}/{access_policy.graph_id}", changes, by=person)

    return edit_as


def test_a_change_of_conditional_access_is_explained_by_entra(access_policy, switch, capture):
    switch(ANNA, displayName="By Anna")
    capture([access_policy.pk])
    assert actors(access_policy) == ("likely", [ANNA])


def test_two_people_at_a_conditional_access_policy_are_both_named(access_policy, switch, capture):
    switch(ANNA, displayName="By Anna")
    switch(BERT, displayName="By Bert")
    capture([access_policy.pk])
    assert actors(access_policy) == ("one_of", [ANNA, BERT])


def test_without_the_log_of_entra_the_changes_of_intune_are_known(
    policy, change, access_policy, switch, capture, simulator
):
    """Each feed has a permission of its own."""
    simulator.faults.add(Fault("status", path="*directoryAudits*", status=403))
    change(ANNA, description="By Anna")
    switch(ANNA, displayName="By Anna")
    run = capture()
    assert (run.outcome, actors(policy), actors(access_policy)) == ("succeeded", ("likely", [ANNA]), ("unknown", []))


def test_a_feed_is_asked_only_where_a_change_stands_in_it(policy, change, capture, simulator):
    change(ANNA, description="By Anna")
    simulator.log.clear()
    capture([policy.pk])
    paths = str([entry.path for entry in simulator.log])
    assert "auditEvents" in paths
    assert FEED_OF_ENTRA not in paths


def test_a_backup_says_who_changed_what_it_captured(contoso, alice, policy, change, access_policy, switch, now):
    change(ANNA, description="By Anna")
    switch(BERT, displayName="By Bert")
    run = start_backup(tenant=contoso, initiator=alice, name="First", now=now).run
    Runner().execute(run.pk)
    assert (actors(policy), actors(access_policy)) == (("likely", [ANNA]), ("likely", [BERT]))
