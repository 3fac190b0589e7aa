"""The active-operations widget (OPS-21, UX-64 to UX-67)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from tenantpilot.operations.lifecycle.outcome import ending_of
from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.service import OperationRunService
from tenantpilot.tenancy.models import TenantMember
from tests.web.html import read
from tests.web.kit import SCRIPT, advance, at_most_queries, ended, queued, running

pytestmark = pytest.mark.both_databases

TYPES = ("group", "settingsCatalog", "roleScopeTag", "mobileApp", "namedLocation", "policySet", "remediation")


@pytest.fixture
def poll(signed_in, alice, contoso):
    browser = signed_in(alice)

    def ask(tag=""):
        headers = {**SCRIPT, **({"If-None-Match": f'"{tag}"'} if tag else {})}
        return browser.get(reverse("activity"), headers=headers)

    return ask


def widget(response):
    return read(response).one("aside", id="activity")


def test_it_shows_active_runs_only_ops_21(poll, contoso, alice, now):
    ended(contoso, alice, now)
    assert not widget(poll()).every("details")
    claimed = running(contoso, alice, now)
    shown = widget(poll())
    assert shown.one("summary").words == "1 operation running"
    assert shown.one("a")["href"] == f"/admin/t/contoso/operations/{claimed.run.pk}/"


def test_it_shows_runs_of_everybody_in_the_tenants_that_the_person_may_see_sec_02(poll, contoso, fabrikam, olivia, now):
    queued(contoso, olivia, now)
    queued(fabrikam, olivia, now)
    assert [run.words.split(" Queued")[0] for run in widget(poll()).every("a")] == ["Inventory sync Contoso"]


def test_at_most_five_oldest_first_and_how_many_more_ux_64(poll, contoso, alice, now):
    runs = [queued(contoso, alice, now + timedelta(seconds=index), key) for index, key in enumerate(TYPES)]
    shown = widget(poll())
    assert [run["data-run"] for run in shown.every("a")] == [str(run.pk) for run in runs[:5]]
    assert shown.one("p", class_="activity-foot").words == "and 2 more"
    assert shown.one("summary").words == "7 operations running"


def test_bars_are_determinate_only_where_both_numbers_are_known_ops_22_ux_65(poll, contoso, alice, now):
    advance(running(contoso, alice, now, "group"), 3, 10, now)
    running(contoso, alice, now, "mobileApp")
    queued(contoso, alice, now, "policySet")
    known, unknown, waiting = widget(poll()).every("a")
    assert (known.one("progress")["value"], known.one("progress")["max"]) == ("3", "10")
    assert "3/10" in known.words
    assert "value" not in unknown.one("progress")
    assert not waiting.every("progress")
    assert "%" not in widget(poll()).words


def test_every_bar_is_named_and_the_clock_is_not_live_text_ux_66(poll, contoso, alice, now):
    running(contoso, alice, now)
    shown = widget(poll())
    assert shown.one("progress")["aria-label"] == "Inventory sync"
    assert shown.one("time")["aria-live"] == "off"


def test_it_is_asked_every_two_seconds_while_active_and_every_fifteen_else_ux_67(poll, contoso, alice, now):
    assert widget(poll())["data-every"] == "15"
    queued(contoso, alice, now)
    assert widget(poll())["data-every"] == "2"


def test_the_tag_of_the_page_is_the_tag_of_the_poll_ux_67(signed_in, poll, alice, contoso, now):
    advance(running(contoso, alice, now), 3, 10, now)
    page = read(signed_in(alice).get("/admin/"))
    assert poll(page.one("aside", id="activity")["data-tag"]).status_code == 304


@pytest.mark.parametrize("is_active", [False, True])
def test_an_unchanged_poll_is_a_304_in_two_queries_ux_67(poll, contoso, alice, now, is_active):
    if is_active:
        running(contoso, alice, now)
    tag = widget(poll())["data-tag"]
    with at_most_queries(2):
        answer = poll(tag)
    assert (answer.status_code, answer.content) == (304, b"")


def test_every_change_of_a_run_changes_the_answer_ux_67(poll, contoso, alice, now):
    tags = [widget(poll())["data-tag"]]
    run = queued(contoso, alice, now)
    tags.append(widget(poll(tags[-1]))["data-tag"])
    claimed = OperationRunService().claim(run.pk, owner="w", now=now)
    tags.append(widget(poll(tags[-1]))["data-tag"])
    advance(claimed, 1, 2, now)
    tags.append(widget(poll(tags[-1]))["data-tag"])
    OperationRunService().request_cancel(OperationRun.everywhere.get(), actor=alice, now=now)
    tags.append(widget(poll(tags[-1]))["data-tag"])
    assert len(set(tags)) == 5


def test_a_changed_password_ends_the_polling_of_other_browsers(poll, alice):
    tag = widget(poll())["data-tag"]
    alice.set_password("another correct horse")
    alice.save()
    assert poll(tag).status_code == 401


def test_a_person_who_was_switched_off_gets_nothing(poll, alice):
    tag = widget(poll())["data-tag"]
    alice.is_active = False
    alice.save()
    assert poll(tag).status_code == 401


def test_a_membership_that_ended_ends_what_is_shown_sec_02(poll, contoso, alice, now):
    queued(contoso, alice, now)
    tag = widget(poll())["data-tag"]
    TenantMember.everywhere.filter(user=alice).delete()
    answer = poll(tag)
    assert answer.status_code == 200
    assert not widget(answer).every("a")


def test_a_run_that_ends_while_its_page_is_made_still_stands_in_the_widget_so_that_its_end_is_seen(
    signed_in, alice, contoso, now
):
    """The page shows it as it was; only a widget that was read before can lead the browser to ask again (UX-64)."""
    browser = signed_in(alice)
    claimed = running(contoso, alice, now)
    left: list[str] = []

    def end_before_the_page_is_read(execute, sql, params, many, context):
        if 'FROM "policies"' in sql and not left:
            left.append(sql)
            OperationRunService().finish(claimed.lease, ending_of({"processed": 1, "succeeded": 1}, []), now=now)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end_before_the_page_is_read):
        response = browser.get("/admin/t/contoso/inventory/")
    assert left
    assert [run["data-run"] for run in widget(response).every("a")] == [str(claimed.run.pk)]
