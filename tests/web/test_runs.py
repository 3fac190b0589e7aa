"""Run detail (UX-69): what it shows, how it updates, what may be done."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tenantpilot.operations.models import OperationRun
from tenantpilot.operations.service import OperationRunService
from tests.web.html import read
from tests.web.kit import SCRIPT, advance, at_most_queries, ended, queued, running


@pytest.fixture
def run_page(signed_in, alice, contoso):
    browser = signed_in(alice)

    def get(run, **headers):
        return browser.get(reverse("operation-run", args=["contoso", run.pk]), headers=headers)

    return get


def test_an_ended_run_tells_everything_about_itself_ux_69(run_page, contoso, alice, now):
    run = ended(contoso, alice, now, failed=2)
    page = read(run_page(run))
    facts = dict(
        zip(
            [term.words for term in page.one("main").every("dt")],
            [value.words for value in page.one("main").every("dd")],
            strict=True,
        )
    )
    assert page.one("div", class_="run-state").words == "Partially succeeded"
    assert facts["Target"] == "Contoso"
    assert facts["Started by"] == "Alice"
    assert facts["Duration"] == "5.0 s"
    assert facts["Queued"] == "1 Jun 2026, 12:00:00 UTC"
    assert facts["Policy types failed"] == "2"


def test_failures_are_grouped_by_reason_with_their_items_and_the_next_step_ux_69(run_page, contoso, alice, now):
    group = read(run_page(ended(contoso, alice, now, failed=2))).one("div", class_="failure")
    assert group.one("strong").words == "The application lacks a permission: Graph answered 403."
    assert [item.words for item in group.every("li")] == ["Type 0", "Type 1"]
    assert "Grant the missing permission" in group.words


def test_failures_beyond_fifty_are_counted_ops_11(run_page, contoso, alice, now):
    page = read(run_page(ended(contoso, alice, now, failed=60)))
    assert page.every("p", class_="failure")[-1].words == "and 10 more failures"


def test_the_timeline_tells_what_happened_in_order_ux_69(run_page, contoso, alice, now):
    moments = read(run_page(ended(contoso, alice, now))).one("ol", class_="timeline").every("li")
    assert [moment.every("span")[1].words for moment in moments] == ["Queued", "Started", "Ended"]


def test_a_run_that_was_set_aside_says_why_and_until_when_ux_69(run_page, contoso, alice, now):
    claimed = running(contoso, alice, now)
    OperationRunService().set_aside(claimed.lease, seconds=330, now=timezone.now())
    page = read(run_page(claimed.run))
    assert page.one("div", class_="run-state").words == "Running"
    assert not page.every("progress")
    asked = page.one("p", id="why-waiting")
    assert asked.words == "Microsoft Graph asked for a pause. The run goes on by itself. · in 5 minutes"
    told = page.one("ol", class_="timeline").every("li")[-1].every("span")[1].words
    assert told == "Set aside until Microsoft Graph may be asked again"


def test_an_active_run_shows_its_progress_as_numbers_without_a_percentage_ops_22_ux_65(run_page, contoso, alice, now):
    claimed = running(contoso, alice, now)
    advance(claimed, 12, 44, now)
    page = read(run_page(claimed.run)).one("div", id="run")
    bar = page.one("progress")
    assert (bar["max"], bar["value"], bar["aria-label"]) == ("44", "12", "Inventory sync")
    assert "12/44" in page.words
    assert "%" not in page.words


def test_a_run_without_a_total_has_an_indeterminate_bar_and_its_elapsed_time_ops_22(run_page, contoso, alice, now):
    claimed = running(contoso, alice, now)
    page = read(run_page(claimed.run)).one("div", id="run")
    assert "value" not in page.one("progress")
    assert page.one("div", class_="run-progress").one("time")["data-since"].startswith("2026-06-01T12:00:00")


def test_a_queued_run_has_no_bar_but_its_waiting_time_ux_65(run_page, contoso, alice, now):
    page = read(run_page(queued(contoso, alice, now))).one("div", id="run")
    assert not page.every("progress")
    assert "Queued for" in page.words


def test_it_is_asked_again_while_active_and_no_more_at_the_end_ux_69(run_page, contoso, alice, now):
    claimed = running(contoso, alice, now)
    live = read(run_page(claimed.run)).one("div", id="run")
    assert (live["data-live"], live["data-every"]) == (f"/admin/t/contoso/operations/{claimed.run.pk}/", "2")
    done = ended(contoso, alice, now, types=("group",))
    assert "data-every" not in read(run_page(done)).one("div", id="run")


def test_an_unchanged_run_is_a_304_and_every_change_is_a_200_ux_67(run_page, contoso, alice, now):
    claimed = running(contoso, alice, now)
    tag = read(run_page(claimed.run)).one("div", id="run")["data-tag"]
    asked = {**SCRIPT, "If-None-Match": f'"{tag}"'}
    assert run_page(claimed.run, **asked).status_code == 304
    advance(claimed, 1, 44, now)
    changed = run_page(claimed.run, **asked)
    assert changed.status_code == 200
    assert f'"{read(changed).one("div", id="run")["data-tag"]}"' == changed.headers["ETag"]
    assert "<html" not in changed.content.decode()


def test_a_run_s_page_costs_at_most_twelve_queries(run_page, contoso, alice, now):
    run = ended(contoso, alice, now, failed=30)
    with at_most_queries(12):
        run_page(run)


def test_monitoring_never_names_a_run_of_another_plane_sec_01(signed_in, olivia, contoso, alice, now):
    run = queued(contoso, alice, now)
    assert signed_in(olivia).get(reverse("workspace-operation-run", args=[run.pk])).status_code == 404


class TestCancelling:
    """Asked in a dialog that names verb and target, and as a page without script (UX-32, UX-33)."""

    def test_the_dialog_asks_with_verb_and_target_and_cancel_comes_first_ux_32_ux_33(
        self, run_page, contoso, alice, now
    ):
        page = read(run_page(queued(contoso, alice, now)))
        dialog = page.one("dialog", id="cancel-dialog")
        assert dialog.one("h2").words == "Cancel Inventory sync of Contoso?"
        assert [button.words for button in dialog.every("button")] == ["Keep running", "Cancel run"]
        assert "data-first" in dialog.every("button")[0]
        assert page.one("a", id="cancel-run")["data-dialog"] == "cancel-dialog"

    def test_without_script_the_same_question_is_a_page_ux_06(self, signed_in, alice, contoso, now):
        run = queued(contoso, alice, now)
        page = read(signed_in(alice).get(reverse("cancel-operation-run", args=["contoso", run.pk])))
        assert page.one("h1").words == "Cancel Inventory sync?"
        assert page.one("main").one("form")["method"] == "post"

    def test_a_queued_run_ends_at_once(self, signed_in, alice, contoso, now):
        run = queued(contoso, alice, now)
        answer = signed_in(alice).post(reverse("cancel-operation-run", args=["contoso", run.pk]))
        assert answer.headers["Location"] == reverse("operation-run", args=["contoso", run.pk])
        assert OperationRun.everywhere.get().outcome == "cancelled"

    def test_a_running_run_is_asked_to_stop_and_the_page_says_so(self, signed_in, run_page, alice, contoso, now):
        claimed = running(contoso, alice, now)
        signed_in(alice).post(reverse("cancel-operation-run", args=["contoso", claimed.run.pk]))
        page = read(run_page(claimed.run)).one("div", id="run")
        assert "Cancel requested" in page.one("div", class_="run-state").words
        assert not page.every("a", id="cancel-run")

    def test_a_run_that_ended_meanwhile_shows_how(self, signed_in, alice, contoso, now):
        run = ended(contoso, alice, now)
        answer = signed_in(alice).post(reverse("cancel-operation-run", args=["contoso", run.pk]), follow=True)
        assert read(answer).one("div", class_="run-state").words == "Succeeded"

    def test_a_reader_sees_it_disabled_with_the_reason_and_is_refused_ux_36_sec_02(
        self, signed_in, bob, alice, contoso, now
    ):
        run = queued(contoso, alice, now)
        browser = signed_in(bob)
        page = read(browser.get(reverse("operation-run", args=["contoso", run.pk])))
        button = page.one("button", aria_disabled="true")
        assert button.words == "Cancel run"
        assert "To cancel operations you need to be" in page.one("p", id=button["aria-describedby"]).words
        assert not page.every("dialog", id="cancel-dialog")
        assert browser.post(reverse("cancel-operation-run", args=["contoso", run.pk])).status_code == 403


def test_a_run_that_waits_for_a_slot_says_so(run_page, contoso, alice, now, settings):
    settings.OPERATIONS_PER_TENANT = 1
    claimed = running(contoso, alice, now)
    waiting = queued(contoso, alice, now, "group")
    OperationRunService().claim(waiting.pk, owner="w", now=now + timedelta(seconds=1))
    assert claimed.run.pk != waiting.pk
    assert "Waits for 1 other operation of this tenant." in read(run_page(waiting)).one("div", id="run").words
