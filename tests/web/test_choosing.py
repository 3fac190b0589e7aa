"""Choosing rows of a list, and cancelling several runs at once (UX-15, UX-16, UX-31, UX-32)."""

import pytest
from django.urls import reverse

from tenantpilot.cli.web_server import WebServer
from tenantpilot.operations.models import OperationRun
from tenantpilot.web.operations import cancellations
from tenantpilot.web.ui.tables.bulk import LONGEST_ID
from tenantpilot.web.ui.tables.listing import SIZES
from tests.web.html import read
from tests.web.kit import at_most_queries, ended, policies, queued, running

pytestmark = pytest.mark.both_databases

LISTED = "/admin/t/contoso/operations/"
CANCEL = f"{LISTED}cancellations/"
ACROSS = "/admin/operations/"


@pytest.fixture
def three(contoso, alice, now):
    """One that waits, one that runs, one that has ended."""
    return {
        "waits": queued(contoso, alice, now, "group").pk,
        "runs": running(contoso, alice, now).run.pk,
        "ended": ended(contoso, alice, now, types=("namedLocation",)).pk,
    }


@pytest.fixture
def outcomes():
    def now_are(runs):
        found = OperationRun.everywhere.in_bulk(list(runs.values()))
        return {name: "asked" if is_asked(found[pk]) else found[pk].state for name, pk in runs.items()}

    return now_are


def is_asked(run):
    return run.is_active and run.cancel_requested_at is not None


def confirm(browser, address):
    """Sends the form as the page holds it."""
    form = read(browser.get(address)).one("main").one("form")
    fields = {}
    for field in form.every("input"):
        fields.setdefault(field["name"], []).append(field["value"])
    return browser.post(address.partition("?")[0], fields)


def test_every_row_has_a_box_with_the_record_s_name_and_what_fits_it_ux_15(signed_in, alice, three):
    boxes = {box["value"]: box for box in read(signed_in(alice).get(LISTED)).every("input", form="bulk", name="run")}
    assert set(boxes) == {str(pk) for pk in three.values()}
    assert boxes[str(three["waits"])]["aria-label"] == f"Inventory sync #{three['waits']}"
    assert {name: boxes[str(pk)]["data-fits"] for name, pk in three.items()} == {
        "waits": "cancel",
        "runs": "cancel",
        "ended": "",
    }


def test_the_longest_address_of_chosen_rows_can_be_read_ux_15():
    """Rows of one page are sent one by one, and more than those as their filter."""
    longest = len(f"&policy={'9' * LONGEST_ID}") * max(SIZES)
    assert longest + 2_000 < WebServer("fd://0", grace_seconds=1).cfg.limit_request_line


def test_all_matching_is_offered_only_where_the_page_does_not_show_all_ux_15(signed_in, alice, contoso, now):
    policies(contoso, 30, now)
    browser = signed_in(alice)
    small = read(browser.get("/admin/t/contoso/inventory/?size=25&q=Policy")).one("form", id="bulk")
    assert small.one("label").words == "Select all 30 policies matching"
    assert [(field["name"], field["value"]) for field in small.every("input", data_filter="")] == [
        ("q", "Policy"),
        ("matching", "1"),
    ]
    assert not read(browser.get("/admin/t/contoso/inventory/")).one("form", id="bulk").every("label")


def test_the_question_names_number_and_tenant_and_what_is_left_alone_ux_32(signed_in, alice, three):
    query = "&".join(f"run={pk}" for pk in three.values())
    page = read(signed_in(alice).get(f"{CANCEL}?{query}"))
    assert page.one("h1").words == "Cancel 2 operations of Contoso?"
    assert len(page.one("main").every("li")) == 3 + 2  # the crumbs and the two
    assert "1 more has ended or is stopping already" in page.one("main").words
    assert [button.words for button in page.one("main").every("button")] == ["Cancel 2 operations"]


def test_each_is_cancelled_with_the_person_on_its_record(signed_in, alice, three, outcomes):
    query = "&".join(f"run={pk}" for pk in three.values())
    answer = confirm(signed_in(alice), f"{CANCEL}?{query}")
    assert answer.headers["Location"] == LISTED
    assert outcomes(three) == {"waits": "cancelled", "runs": "asked", "ended": "succeeded"}
    by = OperationRun.everywhere.filter(cancel_requested_by=alice).values_list("pk", flat=True)
    assert set(by) == {three["waits"], three["runs"]}


def test_the_page_that_follows_says_once_what_became_of_each(signed_in, alice, three):
    browser = signed_in(alice)
    confirm(browser, f"{CANCEL}?" + "&".join(f"run={pk}" for pk in three.values()))
    said = read(browser.get(LISTED)).one("main").one("p", role="status").words
    assert said == (
        "1 operation was cancelled. 1 stops at its next safe point."
        " 1 had ended or was stopping already, and stays as it is."
    )
    assert not read(browser.get(LISTED)).one("main").every("p", role="status")


def test_a_list_that_a_script_replaces_leaves_the_word_to_the_page(signed_in, alice, three):
    browser = signed_in(alice)
    browser.post(CANCEL, {"run": [three["waits"]]})
    browser.get(LISTED, headers={"HX-Request": "true", "HX-Target": "table#list"})
    assert read(browser.get(LISTED)).one("main").one("p", role="status").words == "1 operation was cancelled."


def test_more_than_are_cancelled_at_once_are_told_as_left(signed_in, olivia, contoso, now, monkeypatch):
    monkeypatch.setattr(cancellations, "AT_ONCE", 1)
    for name in ("group", "namedLocation", "settingsCatalog"):
        queued(contoso, olivia, now, name)
    browser = signed_in(olivia)
    browser.post(f"{ACROSS}cancellations/", {"matching": "1"})
    said = read(browser.get(ACROSS)).one("main").one("p", role="status").words
    assert said == "1 operation was cancelled. 2 more are under way: ask again for the rest."


def test_all_matching_is_resolved_again_when_it_is_confirmed_ux_15(signed_in, alice, three, contoso, now, outcomes):
    browser = signed_in(alice)
    assert read(browser.get(f"{CANCEL}?matching=1&state=queued")).one("h1").words == "Cancel 1 operation of Contoso?"
    confirm(browser, f"{CANCEL}?matching=1&state=queued")
    assert outcomes(three) == {"waits": "cancelled", "runs": "running", "ended": "succeeded"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?chosen=1",
        "?matching=1&state=nonsense",
        "?matching=1&after=soon",
        "?run=",
        "?run=x",
        "?run=%00",
        "?run=99999999999999999999",
    ],
)
def test_with_nothing_chosen_nothing_can_be_confirmed(signed_in, alice, three, query, outcomes):
    browser = signed_in(alice)
    page = read(browser.get(CANCEL + query)).one("main")
    assert "None of them is under way any more." in page.words
    assert not page.every("button")
    browser.post(CANCEL)
    assert outcomes(three)["waits"] == "queued"


def test_one_that_ended_meanwhile_stays_as_it_is(signed_in, alice, three, outcomes):
    signed_in(alice).post(CANCEL, {"run": [three["ended"]]})
    assert outcomes(three)["ended"] == "succeeded"


def test_sec_03_runs_of_other_tenants_are_neither_named_nor_cancelled(
    signed_in, alice, fabrikam, charlie, now, contoso
):
    theirs = queued(fabrikam, charlie, now)
    browser = signed_in(alice)
    for address in (CANCEL, f"{ACROSS}cancellations/"):
        assert "Cancel 0 operations" in read(browser.get(f"{address}?run={theirs.pk}")).one("h1").words
        browser.post(address, {"run": [theirs.pk]})
        browser.post(address, {"matching": "1"})
    assert OperationRun.everywhere.get(pk=theirs.pk).state == "queued"


def test_a_reader_is_offered_nothing_and_refused_ux_16_sec_02(signed_in, bob, three):
    browser = signed_in(bob)
    for address in (LISTED, ACROSS):
        assert not read(browser.get(address)).every("input", form="bulk")
    assert browser.get(f"{CANCEL}?run={three['waits']}").status_code == 403
    assert browser.post(CANCEL, {"run": [three["waits"]]}).status_code == 403
    browser.post(f"{ACROSS}cancellations/", {"run": [three["waits"]]})
    assert OperationRun.everywhere.get(pk=three["waits"]).state == "queued"


def test_across_tenants_a_row_fits_where_the_person_may(signed_in, olivia, three, fabrikam, now, outcomes):
    elsewhere = {"there": queued(fabrikam, olivia, now).pk}
    browser = signed_in(olivia)
    fitting = [box["value"] for box in read(browser.get(ACROSS)).every("input", data_fits="cancel")]
    assert fitting == [str(elsewhere["there"]), str(three["runs"]), str(three["waits"])]
    confirm(browser, f"{ACROSS}cancellations/?run={elsewhere['there']}&run={three['waits']}")
    assert outcomes(elsewhere | three) == {
        "there": "cancelled",
        "waits": "cancelled",
        "runs": "running",
        "ended": "succeeded",
    }


def test_the_question_costs_the_same_for_one_and_for_many_ux_21(signed_in, alice, contoso, now):
    runs = [queued(contoso, alice, now, name).pk for name in ("group", "namedLocation", "settingsCatalog")]
    browser = signed_in(alice)
    for chosen in (runs[:1], runs):
        with at_most_queries(13):
            browser.get(CANCEL + "?" + "&".join(f"run={pk}" for pk in chosen))
    assert reverse("cancel-operation-runs", args=["contoso"]) == CANCEL
