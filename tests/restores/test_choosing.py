"""Choosing versions to restore: all of what was sent, or nothing and the reason. Never a part of it."""

from urllib.parse import parse_qsl

import pytest

from tenantpilot.restores import drafting
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tenantpilot.web.restores import choosing
from tests.versions.kit import new_policy, take
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

HOME = "/admin/t/contoso/restores/"
LIST = "/admin/t/contoso/inventory/"


@pytest.fixture
def versions(contoso, now):
    """The versions of so many policies."""

    def versions(number, tenant=contoso):
        payloads = [{"id": f"p{n}", "displayName": f"Wi-Fi {n}"} for n in range(number)]
        return [take(new_policy(tenant, now, graph_id=one["id"]), one, now) for one in payloads]

    return versions


@pytest.fixture
def manager(signed_in, mona):
    return signed_in(mona)


def refusal(answer):
    assert answer.status_code == 422
    assert not RestoreRun.everywhere.exists()
    return read(answer).one("main").words


def test_more_versions_than_a_page_shows_are_all_restored(versions, manager):
    chosen = versions(520)
    keys = {"version": [one.pk for one in chosen], "policy": [one.policy_id for one in chosen]}
    assert manager.post(f"{HOME}new/", keys).status_code == 302
    assert RestoreItem.everywhere.count() == 520


def test_more_than_one_restore_holds_are_refused(versions, manager, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_ITEMS", 3)
    answer = manager.post(f"{HOME}new/", {"version": [one.pk for one in versions(4)]})
    assert "At most 3 objects are restored at once, and 4 were chosen." in refusal(answer)


def chosen_in_list(browser, address):
    """Open the address, send its form as it stands, and return the page that was shown."""
    page = read(browser.get(address)).one("main")
    fields = {}
    for field in page.one("form").every("input"):
        fields.setdefault(field["name"], []).append(field["value"])
    assert browser.post(f"{HOME}new/", fields).status_code == 302
    return page.words


def test_the_newest_versions_of_all_that_match_are_restored_ux_15(versions, manager, contoso, now, monkeypatch):
    monkeypatch.setattr(choosing, "MOST_LISTED", 20)
    first = versions(30)[0]
    newest = take(first.policy, {"id": "p0", "displayName": "Wi-Fi 0", "description": "New"}, now)
    new_policy(contoso, now, graph_id="printer")
    shown = chosen_in_list(manager, f"{HOME}new/?q=Policy+p&matching=1&chosen=1")
    assert "31 policies chosen" in shown
    assert "1 of them has no version yet and is left out" in shown
    assert RestoreItem.everywhere.count() == 30
    assert RestoreItem.everywhere.get(source_id="p0").version == newest


def test_few_that_match_are_shown_with_versions_ux_15(versions, manager):
    versions(12)
    page = read(manager.get(f"{HOME}new/?q=Policy+p1&matching=1&chosen=1")).one("main")
    assert len(page.every("select", name="version")) == 3


def test_what_matches_is_resolved_again_in_the_tenant_ux_15(versions, manager, fabrikam, monkeypatch):
    monkeypatch.setattr(choosing, "MOST_LISTED", 1)
    versions(3)
    versions(5, fabrikam)
    manager.post(f"{HOME}new/", {"newest": "1", "matching": "1", "q": "Policy p1", "back": LIST})
    assert [item.source_id for item in RestoreItem.everywhere.all()] == ["p1"]


@pytest.mark.parametrize("query", ["typo=x", "type=nonsense", "since=soon", "since=0001-01-01", "run=x", "q=%00Wi-Fi"])
def test_an_unreadable_filter_restores_nothing_ux_96(versions, manager, query):
    versions(3)
    assert "Choose again" in read(manager.get(f"{HOME}new/?matching=1&{query}")).one("main").words
    sent = dict(parse_qsl(query, keep_blank_values=True))
    assert "Choose at least one" in refusal(manager.post(f"{HOME}new/", {"newest": "1", "matching": "1", **sent}))


def test_the_page_says_how_many_a_restore_holds_ux_16(versions, manager, monkeypatch):
    monkeypatch.setattr(choosing, "MOST_LISTED", 2)
    monkeypatch.setattr(drafting, "MOST_ITEMS", 3)
    versions(4)
    page = read(manager.get(f"{HOME}new/?matching=1")).one("main")
    assert "A restore holds at most 3 policies, and 4 are chosen. Narrow the list" in page.words
    assert not page.every("button")


def test_policies_that_are_gone_are_said(versions, manager):
    [kept] = versions(1)
    page = read(manager.get(f"{HOME}new/", {"policy": [kept.policy_id, 10**9]})).one("main")
    assert "1 of the chosen policies is not there any more." in page.words
    assert len(page.every("select", name="version")) == 1


def test_a_version_that_is_gone_refuses_the_rest(versions, manager, now):
    kept, gone = versions(2)
    take(gone.policy, {"id": "p1", "displayName": "Wi-Fi 1", "description": "New"}, now)
    sent = {"version": [kept.pk, gone.pk]}
    gone.delete()
    assert "1 of what was chosen is not kept any more" in refusal(manager.post(f"{HOME}new/", sent))


def test_sec_03_a_version_of_another_tenant_refuses_the_rest(versions, manager, fabrikam):
    [own], [foreign] = versions(1), versions(1, fabrikam)
    sent = {"version": [own.pk, foreign.pk]}
    assert "1 of what was chosen is not kept any more" in refusal(manager.post(f"{HOME}new/", sent))


def test_two_versions_of_one_policy_are_refused(versions, manager, now):
    [first] = versions(1)
    second = take(first.policy, {"id": "p0", "displayName": "Wi-Fi 0", "description": "New"}, now)
    answer = manager.post(f"{HOME}new/", {"version": [first.pk, second.pk]})
    assert "Choose one version of Policy p0: two were chosen." in refusal(answer)
