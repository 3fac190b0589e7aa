"""The pages of versions: the timeline, a version, what differs, and the start of a capture."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tenantpilot.inventory.services import start_ignore
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tenantpilot.tenancy.roles import Role
from tenantpilot.versions.importing import Imported, take_imported
from tenantpilot.versions.models import PolicyVersion
from tenantpilot.versions.names import Name
from tenantpilot.versions.payloads import encoded
from tests.people import member
from tests.versions.kit import new_policy, take
from tests.web.html import read
from tests.web.kit import SCRIPT

CANARY = "Zx8~canary.QwErTy-0123456789abcdef"


@pytest.fixture
def changed(contoso, now):
    """A policy with two versions: another setting and another secret."""
    policy = new_policy(contoso, now)
    take(policy, {"id": "p1", "displayName": "Wi-Fi", "passwordMinimumLength": 6, "preSharedKey": CANARY}, now)
    take(policy, {"id": "p1", "displayName": "Wi-Fi", "passwordMinimumLength": 8, "preSharedKey": f"{CANARY}2"}, now)
    return policy


@pytest.fixture
def page(signed_in, bob):
    """page("policy-versions", policy.pk) as a reader sees it, within 14 queries."""
    browser = signed_in(bob)

    def ask(name, *arguments, query=""):
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(reverse(name, args=["contoso", *arguments]) + query)
        assert answer.status_code == 200
        assert len(queries) <= 14, [query["sql"][:90] for query in queries]
        assert CANARY not in answer.text
        return read(answer).one("main").words

    return ask


def test_the_timeline_says_in_one_sentence_what_changed(page, changed):
    words = page("policy-versions", changed.pk)
    assert "Version 2" in words
    assert "Password minimum length: 8 (was 6)" in words
    assert "and 1 more" in words
    assert "changed by: not known" in words


def test_a_version_shows_its_settings_and_what_differs_without_secrets(page, changed):
    words = page("policy-version", changed.pk, 2)
    assert "Password minimum length: 8 (was 6)" in words
    assert "Pre shared key: another secret" in words
    assert "Pre shared key Set, not shown" in words
    assert "This is the first version that is kept." in page("policy-version", changed.pk, 1)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?before=1&after=2", "Password minimum length: 8 (was 6)"),
        ("?before=2&after=1", "Password minimum length: 6 (was 8)"),
        ("?before=1&after=1", "Both mean the same."),
    ],
)
def test_any_two_versions_are_compared(page, changed, query, sentence):
    assert sentence in page("policy-comparison", changed.pk, query=query)


@pytest.mark.parametrize("query", ["", "?before=1", "?before=x&after=1", "?before=1&after=9", "?before=-1&after=1"])
def test_what_is_no_version_is_not_found(signed_in, bob, changed, query):
    assert signed_in(bob).get(reverse("policy-comparison", args=["contoso", changed.pk]) + query).status_code == 404


def test_the_list_of_the_tenant_shows_every_version(page, changed):
    words = page("versions")
    assert words.count("Policy p1") == 2
    assert "First version" in words


def test_ux_40_nothing_yet_says_who_can_begin(page, contoso):
    assert "No versions yet" in page("versions")


def test_sec_03_versions_of_another_tenant_are_not_found(signed_in, charlie, changed):
    for name, arguments in (("policy-versions", []), ("policy-version", [1])):
        for tenant in ("contoso", "fabrikam"):
            answer = signed_in(charlie).get(reverse(name, args=[tenant, changed.pk, *arguments]))
            assert answer.status_code == 404


def test_ops_30_a_capture_starts_from_the_page_of_a_policy_and_is_confirmed(signed_in, alice, changed):
    browser, url = signed_in(alice), reverse("capture-policies", args=["contoso"])
    assert "Capture 1 policy of Contoso?" in browser.get(f"{url}?policy={changed.pk}").text
    answer = browser.post(url, {"policy": changed.pk}, headers=SCRIPT)
    assert (answer.status_code, "Capture of policies queued" in answer.text) == (202, True)
    assert OperationRun.everywhere.get().inputs["policies"] == [str(changed.pk)]
    again = browser.post(url, {"policy": changed.pk}, headers=SCRIPT)
    assert "Capture of policies already queued" in again.text


@pytest.mark.parametrize("form", [{}, {"policy": "all"}, {"q": "a"}])
def test_ux_96_a_selection_that_cannot_be_read_captures_nothing(signed_in, alice, changed, form):
    assert signed_in(alice).post(reverse("capture-policies", args=["contoso"]), form).status_code == 302
    assert not OperationRun.everywhere.exists()


GROUP = "77c1ed37-10d0-4ef1-93dc-198e70abb166"
CATALOG = [
    {"settingInstance": {"settingDefinitionId": f"vendor_msft_area_{n:03}", "simpleSettingValue": {"value": n}}}
    for n in range(60)
]


@pytest.fixture
def captured(contoso, now):
    """A settings catalog policy of 60 settings, assigned to a group."""
    policy = new_policy(contoso, now, key="settingsCatalog", graph_id="c1")
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUP}
    take(policy, {"id": "c1", "name": "Long", "settings": CATALOG, "assignments": [{"id": "a", "target": target}]}, now)
    return policy


def test_a_policys_page_says_what_it_sets_and_who_gets_it(page, captured):
    words = page("policy", captured.pk)
    assert "Area › 000 0" in words
    assert "Assignments" in words
    assert f"Unresolved ({GROUP})" in words
    assert "Show 20 more lines" in words
    assert "Area › 059" not in words


def test_the_further_lines_are_fetched(page, captured):
    assert "Area › 059" in page("policy-version-rest", captured.pk, 1)
    assert '"settingDefinitionId": "vendor_msft_area_059"' in page("policy-version-payload", captured.pk, 1)


def test_a_policy_without_a_version_says_so_and_offers_a_capture(signed_in, alice, contoso, now):
    policy = new_policy(contoso, now)
    words = read(signed_in(alice).get(reverse("policy", args=["contoso", policy.pk]))).one("main").words
    assert "Not captured yet" in words
    assert "Capture this policy" in words


def test_relations_are_shown_on_both_sides(page, contoso, now):
    location = new_policy(contoso, now, key="namedLocation", graph_id="11111111-2222-4333-8444-555555555555")
    policy = new_policy(contoso, now, key="conditionalAccessPolicy", graph_id="ca1")
    conditions = {"locations": {"includeLocations": [location.graph_id]}}
    named = {location.graph_id: Name("namedLocation", location.name)}
    take(policy, {"id": "ca1", "displayName": "CA", "conditions": conditions}, now, names=named)
    assert f"Uses {location.name}" in page("policy", policy.pk, query="?tab=related")
    assert f"Is used by {policy.name}" in page("policy", location.pk, query="?tab=related")


def test_the_operations_of_a_policy_say_what_they_did(page, contoso, alice, captured, now):
    run = start_ignore(tenant=contoso, initiator=alice, selection=[captured.pk], reason="", now=now).run
    Runner().execute(run.pk)
    assert "Ignoring of policies" in page("policy", captured.pk, query="?tab=runs")


@pytest.fixture
def mona(contoso):
    """A manager of Contoso."""
    return member(contoso, "mona", Role.MANAGER)


@pytest.fixture
def keys(changed):
    return list(PolicyVersion.everywhere.of_policy(changed).order_by("number").values_list("pk", flat=True))


def test_a_removal_shows_first_what_stays_and_why(signed_in, mona, contoso, keys):
    address = reverse("prune-versions", args=["contoso"])
    words = read(signed_in(mona).get(f"{address}?version={keys[0]}&version={keys[1]}")).one("main").words
    assert "Remove 1 version of Contoso?" in words
    assert "It is the newest version of its policy, which always stays." in words
    signed_in(mona).post(address, {"version": [keys[0]]})
    assert OperationRun.everywhere.get().type == "policy_version_prune"


@pytest.mark.parametrize("query", ["", "version=x", "matching=1&tpye=x", "matching=1&type=nonsense"])
def test_a_removal_that_cannot_be_read_removes_nothing(signed_in, mona, keys, query):
    words = read(signed_in(mona).get(f"{reverse('prune-versions', args=['contoso'])}?{query}")).one("main").words
    assert "None of the chosen versions can be removed." in words


def test_an_operator_may_not_remove_versions(signed_in, alice, keys):
    assert signed_in(alice).post(reverse("prune-versions", args=["contoso"]), {"version": keys}).status_code == 403


def test_two_chosen_versions_are_compared_the_older_one_first(signed_in, bob, keys):
    address = reverse("compare-versions", args=["contoso"])
    answer = signed_in(bob).get(f"{address}?version={keys[1]}&version={keys[0]}", follow=True)
    assert "Password minimum length: 8 (was 6)" in read(answer).one("main").words


@pytest.fixture
def of_fabrikam(fabrikam, now):
    policy = new_policy(fabrikam, now, graph_id="f1")
    return take(policy, {"id": "f1", "displayName": "Wi-Fi", "passwordMinimumLength": 12, "preSharedKey": CANARY}, now)


def test_policies_of_two_tenants_are_compared_by_who_sees_both(signed_in, olivia, bob, keys, of_fabrikam, changed):
    address = reverse("version-comparison", args=["contoso"]) + f"?before={keys[1]}&after={of_fabrikam.pk}"
    words = read(signed_in(olivia).get(address)).one("main").words
    assert "Password minimum length: 12 (was 8)" in words
    assert "another secret" not in words
    assert signed_in(bob).get(address).status_code == 404
    counterparts = reverse("policy-counterparts", args=["contoso", changed.pk])
    assert of_fabrikam.policy.name in read(signed_in(olivia).get(counterparts)).one("main").words
    assert of_fabrikam.policy.name not in read(signed_in(bob).get(counterparts)).one("main").words


def test_the_newest_version_stands_once_after_the_import_of_an_older_one(page, changed, now):
    raw = encoded({"id": "p1", "displayName": "Wi-Fi", "passwordMinimumLength": 4})
    archive = Imported(raw, json.loads(raw), now - timedelta(days=9), "yes", {})
    with transaction.atomic():
        take_imported(changed, archive, run_id=None, now=now)
    timeline = page("policy-versions", changed.pk)
    assert [number for number in range(1, 6) if f"Version {number}" in timeline] == [1, 3, 4]
    assert page("versions").count("Policy p1") == 3
