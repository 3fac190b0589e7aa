"""Ignoring policies from the list and from a policy's page: previewed, confirmed, one run (UX-15, UX-31, OPS-30)."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from tenantpilot.inventory.models import Policy
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.workers.runner import Runner
from tests.web.html import read
from tests.web.kit import SCRIPT, policies, policy

pytestmark = pytest.mark.both_databases


@pytest.fixture
def ask(signed_in, alice, contoso):
    """ask("ignore-policies", "?q=a") shows the question; with a form it is answered."""

    def ask(name="ignore-policies", query="", form=None, who=alice, **headers):
        url = reverse(name, args=["contoso"]) + query
        browser = signed_in(who)
        return browser.get(url, headers=headers) if form is None else browser.post(url, form, headers=headers)

    return ask


def confirm(ask, answer, name="ignore-policies", **more):
    """Sends the form as the page holds it."""
    form = next(one for one in read(answer).one("main").every("form"))
    fields = {field["name"]: field["value"] for field in form.every("input") if "value" in field}
    return ask(name, form={**fields, **more}, **SCRIPT)


def done():
    Runner().execute(OperationRun.everywhere.newest_first().first().pk)
    return list(Policy.everywhere.ignored().by_name().values_list("name", flat=True))


def test_ux_32_the_question_names_number_tenant_and_what_it_is_about(ask, contoso, now):
    policies(contoso, 12, now)
    page = read(ask(query="?matching=1"))
    assert page.one("h1").words == "Ignore 12 policies of Contoso?"
    assert len(page.one("ul", class_="failure-items").every("li")) == 10
    assert "12 in all. Those that match the filters when the run starts are taken." in page.one("main").words
    assert "Ignore 12 policies" in [button.words for button in page.one("main").every("button")]
    assert not OperationRun.everywhere.exists()


def test_what_was_chosen_one_by_one_is_not_decided_later(ask, contoso, now):
    chosen = "&".join(f"policy={each.pk}" for each in policies(contoso, 12, now))
    assert "12 in all: exactly those that you chose." in read(ask(query=f"?{chosen}")).one("main").words


def test_ux_15_all_matching_sends_the_filter_and_not_the_ids(ask, contoso, now):
    for name in ("Antivirus", "BitLocker", "Camera"):
        policy(contoso, name, now)
    answer = confirm(ask, ask(query="?matching=1&q=a"), reason="Not ours")
    assert (answer.status_code, "Ignoring of policies queued" in answer.text) == (202, True)
    run = OperationRun.everywhere.get()
    assert run.inputs == {"policies": {"q": "a"}, "reason": "Not ours"}
    assert done() == ["Antivirus", "Camera"]


def test_one_policy_is_ignored_from_its_page_and_says_by_whom_and_why(ask, contoso, alice, signed_in, now):
    chosen = policy(contoso, "BitLocker", now)
    policy(contoso, "Camera", now)
    page = reverse("policy", args=["contoso", chosen.pk])
    link = next(one["href"] for one in read(signed_in(alice).get(page)).every("a") if one.words == "Ignore")
    confirm(ask, ask(query="?" + link.partition("?")[2]), reason="Owned by the network team")
    assert done() == ["BitLocker"]
    words = read(signed_in(alice).get(page)).one("main").words
    assert "Alice: Owned by the network team" in words
    assert "Stop ignoring" in words


def test_what_is_ignored_is_marked_in_the_list_and_can_be_filtered(ask, contoso, alice, signed_in, now):
    policies(contoso, 3, now)
    confirm(ask, ask(query="?matching=1&q=002"))
    done()
    browser, url = signed_in(alice), reverse("inventory", args=["contoso"])
    assert "Ignored" in read(browser.get(url)).one("tbody").words
    assert len(read(browser.get(url + "?care=ignored")).one("tbody").every("tr")) == 1
    assert len(read(browser.get(url + "?care=in_care")).one("tbody").every("tr")) == 2


def test_the_list_leads_to_the_question_with_its_filters_and_nothing_else(contoso, alice, bob, signed_in, now):
    policies(contoso, 3, now)
    url = reverse("inventory", args=["contoso"]) + "?q=Policy&sort=-modified"
    without_script = read(signed_in(alice).get(url)).one("div", class_="count-line").one("noscript")
    links = {one.words: one["href"] for one in without_script.every("a")}
    assert (
        links["Ignore policies: all matching"] == reverse("ignore-policies", args=["contoso"]) + "?matching=1&q=Policy"
    )
    assert not read(signed_in(bob).get(url)).every("input", type="checkbox", form="bulk")


@pytest.mark.parametrize("name", ["ignore-policies", "unignore-policies"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "chosen=1",
        "policy=abc",
        "policy=",
        "policy=²",
        "q=Policy",
        "presence=present",
        "matching=1&type=nonsense",
        "matching=1&platform=nonsense",
        "matching=1&presence=nonsense",
        "matching=1&care=nonsense",
        "matching=1&q=%00",
    ],
)
def test_a_selection_that_cannot_be_read_selects_nothing(ask, contoso, now, name, query):
    policies(contoso, 2, now)
    Policy.everywhere.filter(name="Policy 001").update(ignored_at=now)
    assert " 0 policies of Contoso?" in read(ask(name, f"?{query}")).one("h1").words
    form = QueryDict(query).dict()
    assert ask(name, form=form)["Location"] == reverse("inventory", args=["contoso"])
    assert not OperationRun.everywhere.exists()


def test_all_matching_selects_them_all(ask, contoso, now):
    policies(contoso, 3, now)
    assert read(ask(query="?chosen=1&matching=1")).one("h1").words == "Ignore 3 policies of Contoso?"


def test_the_way_back_keeps_the_filters_of_the_list(ask, contoso, now):
    policies(contoso, 1, now)
    here = reverse("inventory", args=["contoso"]) + "?q=Policy"
    page = ask(query="?matching=1&q=Policy", referer=f"http://testserver{here}")
    assert read(page).one("main").one("input", name="back")["value"] == here


def test_ignored_ones_are_taken_back_into_care(ask, contoso, now):
    policies(contoso, 2, now)
    confirm(ask, ask(query="?matching=1"))
    done()
    page = ask("unignore-policies", "?matching=1")
    assert read(page).one("h1").words == "Stop ignoring 2 policies of Contoso?"
    confirm(ask, page, "unignore-policies")
    assert done() == []


def test_where_there_is_nothing_to_do_nothing_can_be_confirmed(ask, contoso, now):
    policies(contoso, 1, now)
    page = read(ask("unignore-policies", "?matching=1")).one("main")
    assert "There is nothing to do." in page.words
    assert not page.every("button")


@pytest.mark.parametrize("form", [{}, {"policy": "all"}, {"policy": "1" * 40}, {"q": "a"}])
def test_a_form_that_says_nothing_of_a_selection_starts_nothing(ask, contoso, now, form):
    policies(contoso, 1, now)
    assert ask(form=form)["Location"] == reverse("inventory", args=["contoso"])
    assert not OperationRun.everywhere.exists()


def test_sec_03_a_policy_of_another_tenant_is_not_shown_and_not_counted(ask, contoso, fabrikam, now):
    theirs = policy(fabrikam, "Secret plans", now)
    answer = ask(query=f"?policy={theirs.pk}")
    assert "Secret plans" not in answer.text
    assert read(answer).one("h1").words == "Ignore 0 policies of Contoso?"


def test_ops_26_asking_twice_joins_the_run_under_way(ask, contoso, now):
    policies(contoso, 1, now)
    first, second = (confirm(ask, ask(query="?matching=1")) for _twice in range(2))
    assert "Ignoring of policies queued" in first.text
    assert "Ignoring of policies already queued" in second.text


@pytest.mark.parametrize("name", ["ignore-policies", "unignore-policies"])
def test_sec_02_who_may_not_is_refused_and_a_stranger_finds_nothing(ask, bob, charlie, name):
    assert ask(name, who=bob).status_code == 403
    assert ask(name, who=charlie).status_code == 404
