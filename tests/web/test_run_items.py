"""The items of a run, paged on its page; running again and retrying; why a queued run waits; the time left."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tenantpilot.inventory.services import start_ignore
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.results import AlreadyActive
from tenantpilot.operations.workers.runner import Runner
from tests.web.html import read
from tests.web.kit import LIST, SCRIPT, at_most_queries, ended, policies, queued, running

pytestmark = pytest.mark.both_databases


def done(answer):
    Runner().execute(answer.run.pk)
    return OperationRun.everywhere.get(pk=answer.run.pk)


@pytest.fixture
def bulk(contoso, alice, now):
    """bulk(60, gone=2) ignores 60 policies of which two are not there."""

    def start(number, *, gone=0, tenant=contoso):
        made = [policy.pk for policy in policies(tenant, number - gone, now)]
        chosen = [*made, *range(900_000, 900_000 + gone)]
        return done(start_ignore(tenant=tenant, initiator=alice, selection=chosen, reason="", now=now))

    return start


@pytest.fixture
def run_page(signed_in, alice):
    browser = signed_in(alice)

    def get(run, query="", **headers):
        return browser.get(reverse("operation-run", args=[run.tenant.slug, run.pk]) + query, headers=headers)

    return get


@pytest.fixture
def press(signed_in, alice):
    """press("run-again", run) as somebody."""

    def post(name, run, who=None, **headers):
        return signed_in(who or alice).post(reverse(name, args=[run.tenant.slug, run.pk]), headers=headers)

    return post


def rows(answer):
    return [[cell.words for cell in row.every("td")] for row in read(answer).one("tbody").every("tr")]


def test_every_item_stands_on_the_page_of_the_run_with_what_became_of_it(bulk, run_page):
    shown = rows(run_page(bulk(3, gone=1)))
    assert [row[0] for row in shown] == ["Succeeded", "Succeeded", "Failed"]
    assert shown[2][1] == "The tenant's inventory has no such policy. policy_not_found"


def test_ux_11_items_are_paged_by_a_place_and_not_by_a_number(bulk, run_page):
    run = bulk(60)
    first = read(run_page(run))
    assert first.one("span", id="list-count").words == "60 items"
    assert len(first.one("tbody").every("tr")) == 50
    following = run_page(run, "?" + first.one("a", id="page-next")["href"].partition("?")[2], **LIST)
    assert len(rows(following)) == 10
    assert "<h1" not in following.text


def test_ux_69_the_items_follow_the_run_while_it_is_active_and_keep_page_and_filter(run_page, contoso, alice, now):
    chosen = [policy.pk for policy in policies(contoso, 3, now)]
    run = start_ignore(tenant=contoso, initiator=alice, selection=chosen, reason="", now=now).run
    query = "?state=pending&size=25"
    waiting = read(run_page(run, query)).one("div", id="list")
    assert waiting["hx-trigger"] == "run-changed from:document"
    assert waiting["hx-get"].endswith(query)
    ended_run = done(AlreadyActive(run))
    after = read(run_page(ended_run)).one("div", id="list")
    assert "hx-trigger" not in after
    assert [part["hx-trigger"] for part in after.every("span", hx_target="#list")] == ["page-outdated from:document"]


def test_ux_21_the_items_alone_cost_a_handful_of_queries(bulk, run_page):
    run = bulk(60)
    with at_most_queries(8):
        assert "<h1" not in run_page(run, **LIST).text


def test_items_are_narrowed_by_what_became_of_them(bulk, run_page):
    assert [row[0] for row in rows(run_page(bulk(5, gone=2), "?state=failed"))] == ["Failed", "Failed"]


def test_what_a_run_left_behind_was_not_attempted(contoso, alice, run_page, now):
    chosen = list(range(900_000, 900_025))
    run = done(start_ignore(tenant=contoso, initiator=alice, selection=chosen, reason="", now=now))
    assert [row[0] for row in rows(run_page(run))] == ["Failed"] * 20 + ["Not attempted"] * 5


def test_a_run_without_items_has_no_list_of_them(run_page, contoso, alice, now):
    assert not read(run_page(ended(contoso, alice, now))).every("table")


def test_ux_21_a_page_with_items_keeps_its_budget(bulk, run_page):
    run = bulk(60, gone=1)
    run_page(run)
    with at_most_queries(20):
        run_page(run)


def test_the_failed_items_are_retried_as_a_new_linked_run(bulk, press, run_page):
    run = bulk(3, gone=1)
    assert "Retry failed items" in read(run_page(run)).one("div", id="run").one("div", class_="head-actions").words
    answer = press("retry-failed-items", run, **SCRIPT)
    assert answer.status_code == 202
    assert "Ignoring of policies queued" in answer.text
    new = OperationRun.everywhere.get(retry_of=run)
    assert new.inputs["policies"] == ["900000"]


def test_nothing_is_offered_where_nothing_failed_and_asking_shows_the_run(bulk, press, run_page):
    run = bulk(2)
    assert "Retry failed items" not in run_page(run).text
    assert press("retry-failed-items", run)["Location"] == reverse("operation-run", args=["contoso", run.pk])
    assert press("retry-failed-items", run, **SCRIPT)["HX-Redirect"].endswith(f"/{run.pk}/")
    assert OperationRun.everywhere.count() == 1


def test_ops_04_a_run_that_has_not_ended_is_not_run_again(press, contoso, alice, now):
    run = queued(contoso, alice, now)
    assert press("run-again", run).status_code == 302
    assert OperationRun.everywhere.count() == 1


@pytest.mark.parametrize("name", ["run-again", "retry-failed-items"])
def test_sec_02_a_stranger_gets_404_and_a_reader_403(bulk, press, bob, charlie, name):
    run = bulk(2, gone=1)
    assert press(name, run, charlie).status_code == 404
    assert press(name, run, bob).status_code == 403


def test_a_queued_run_links_to_what_it_waits_for(run_page, contoso, alice, now, settings):
    settings.OPERATIONS_PER_TENANT = 1
    ahead = running(contoso, alice, now).run
    waiting = read(run_page(queued(contoso, alice, now, "group"))).one("p", id="why-waiting")
    assert waiting.words.startswith("Waits for 1 other operation of this tenant.")
    assert waiting.one("a")["href"] == reverse("operation-run", args=["contoso", ahead.pk])


def test_the_time_left_is_a_range_and_only_with_eight_like_runs(run_page, contoso, alice, now, monkeypatch):
    for _number in range(7):
        ended(contoso, alice, now)
    run = running(contoso, alice, now, "group").run
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(seconds=1))
    assert "left" not in read(run_page(run)).one("div", class_="run-progress").words
    ended(contoso, alice, now)
    assert "0:04 to 0:04 left, as like runs took" in read(run_page(run)).one("div", class_="run-progress").words
