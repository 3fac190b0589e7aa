"""The lock-out check of a preview and of the write, against the tenant as the simulator has it (FLOWS R10)."""

import pytest
from django.urls import reverse

from tenantpilot.restores.editing import edit_states
from tenantpilot.restores.states import StateChoice
from tenantpilot.tenancy.emergency import Chosen, set_emergency_accounts
from tenantpilot.tenancy.roles import Role
from tests.people import member
from tests.restores.conftest import edit, entity_of, items_of, users, version_of, writes_of

pytestmark = pytest.mark.same_on_both

POLICIES = "identity/conditionalAccess/policies"
REPORT_ONLY = "enabledForReportingButNotEnforced"


@pytest.fixture
def mona(contoso):
    """Mona owns Contoso here: she may enforce policies."""
    return member(contoso, "mona", Role.OWNER)


@pytest.fixture
def enforced(directory, sync, capture, restoring):
    """An enforced policy for everybody that excludes a group; the tenant has it in report-only now, and no other."""
    policy, *others = directory.store.entities(POLICIES)
    for other in others:
        directory.store.remove(POLICIES, other.id)
    group = entity_of(directory, "groups")
    conditions = {**policy.body["conditions"], "users": users(excludeGroups=[group.id]), "locations": None}
    edit(directory, POLICIES, policy.id, state="enabled", conditions=conditions)
    assert capture().outcome == "succeeded"
    version = version_of(policy.id)
    edit(directory, POLICIES, policy.id, state=REPORT_ONLY)
    return policy, group, version


def choose(restoring, directory):
    """Choose two people of the tenant, and return them."""
    people = list(directory.store.entities("users"))[:2]
    chosen = [Chosen("user", person.id, person.body["displayName"]) for person in people]
    set_emergency_accounts(restoring.tenant, chosen, actor=restoring.person, now=restoring.now)
    return people


def put_inside(directory, person, group):
    """Let a person be in a group through another one: Microsoft's answer names both."""
    nested = [{"@odata.type": "#microsoft.graph.group", "id": one} for one in ("inner-group", group.id)]
    person.children["transitiveMemberOf"] = nested
    directory.store.put("users", person)


def previewed(restoring, version):
    restore = restoring.draft(version)
    states = {item.pk: StateChoice.ENFORCE for item in items_of(restore)}
    assert edit_states(restore, states, actor=restoring.person, now=restoring.now) == 1
    return restoring.preview(restoring.fresh(restore))


def code_of(restore):
    [item] = items_of(restore)
    return item.blockers[0]["code"] if item.blockers else ""


def test_without_emergency_accounts_nothing_is_enforced(enforced, restoring):
    assert code_of(previewed(restoring, enforced[2])) == "emergency_accounts_missing"


def test_an_account_in_a_nested_excluded_group_lets_the_policy_be_enforced(enforced, directory, restoring):
    policy, group, version = enforced
    person, _other = choose(restoring, directory)
    put_inside(directory, person, group)
    restore = previewed(restoring, version)
    assert (code_of(restore), items_of(restore)[0].warnings) == ("", [])
    assert restoring.execute(restore).outcome == "succeeded"
    assert directory.store.find(POLICIES, policy.id).body["state"] == "enabled"


def test_an_account_that_is_disabled_or_outside_helps_nobody(enforced, directory, restoring, simulator):
    _policy, group, version = enforced
    person, _other = choose(restoring, directory)
    assert code_of(previewed(restoring, version)) == "lockout_risk"
    put_inside(directory, person, group)
    edit(directory, "users", person.id, accountEnabled=False)
    simulator.log.clear()
    assert code_of(previewed(restoring, version)) == "lockout_risk"
    assert writes_of(simulator) == []


def test_a_person_switched_off_after_the_preview_stops_the_write(enforced, directory, restoring, simulator):
    _policy, group, version = enforced
    person, _other = choose(restoring, directory)
    put_inside(directory, person, group)
    restore = previewed(restoring, version)
    edit(directory, "users", person.id, accountEnabled=False)
    simulator.log.clear()
    restoring.execute(restore)
    [item] = items_of(restore)
    assert (item.state, item.reason_code) == ("failed", "lockout_risk")
    assert writes_of(simulator) == []


def test_the_preview_says_why_and_leads_an_owner_to_the_accounts(enforced, restoring, contoso, signed_in):
    restore = previewed(restoring, enforced[2])
    address = reverse("restore-preview", args=["contoso", restore.pk])
    page = signed_in(member(contoso, "otto", Role.OWNER)).get(address).text
    assert "the emergency accounts of the tenant are not chosen" in page
    assert reverse("emergency-accounts", args=["contoso"]) in page
    assert "An owner of the tenant chooses" in signed_in(member(contoso, "mark", Role.MANAGER)).get(address).text
