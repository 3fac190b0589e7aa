"""Choosing versions to restore: all of what was sent, or nothing and the reason. Never a part of it."""

import pytest

from tenantpilot.restores import drafting
from tenantpilot.restores.models import RestoreItem, RestoreRun
from tests.versions.kit import new_policy, take
from tests.web.html import read

pytestmark = pytest.mark.same_on_both

HOME = "/admin/t/contoso/restores/"


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


def test_more_policies_than_the_page_shows_are_said_and_not_cut(versions, manager):
    shown = manager.get(f"{HOME}new/", {"policy": list(range(1, 202))})
    assert "At most 200 policies are shown here" in refusal(shown)


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
