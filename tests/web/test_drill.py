"""The restore drill on the pages of protection: figures, reasons that lead to the policies, and who may start one."""

import pytest

from tenantpilot.operations.models import OperationRun
from tenantpilot.restores.models import DrillFinding, RestoreDrill
from tests.backups.kit import finished_set, new_chain
from tests.versions.kit import new_policy
from tests.web.html import read
from tests.web.kit import SCRIPT, at_most_queries

HERE = "/admin/t/contoso/protection/"


@pytest.fixture
def drilled(contoso, now):
    """A drill of 420 policies, of which 8 could not be restored."""
    backup_set = finished_set(new_chain(contoso, now), 1, now, asked={"policy_types": [], "left_out": []})
    facts = {"workspace_id": contoso.workspace_id, "tenant": contoso}
    drill = RestoreDrill.everywhere.create(
        backup_set=backup_set, set_name="Nightly", set_made_at=now, seed="2026-W23", set_items=1_200, checked=420,
        restorable=412, unchanged=400, finished_at=now, **facts
    )  # fmt: skip
    codes = ["secret_masked"] * 5 + ["definition_gone"] * 3
    for number, code in enumerate(codes):
        policy = new_policy(contoso, now, graph_id=f"p{number}")
        DrillFinding.everywhere.create(drill=drill, policy=policy, reason_code=code, **facts)
    return drill


def test_the_page_of_protection_says_how_much_is_restorable_and_why_not(drilled, signed_in, bob):
    browser = signed_in(bob)
    with at_most_queries(17):
        answer = browser.get(HERE)
    shown = read(answer).one("main").words
    for words in ("Restorable: 412 of 420", "a sample of the 1,200 policies", "5 policies", "3 policies"):
        assert words in shown
    assert f"{HERE}drill/?reason=definition_gone" in answer.text


def test_each_reason_leads_to_its_policies(drilled, signed_in, bob):
    browser = signed_in(bob)
    with at_most_queries(12):
        shown = read(browser.get(f"{HERE}drill/?reason=definition_gone")).one("main").words
    assert "3 policies" in shown
    assert "Policy p7" in shown
    assert "Policy p1" not in shown
    assert "Seed of the sample: 2026-W23" in shown


def test_the_workspace_has_a_column_with_the_figures(drilled, signed_in, bob, fabrikam):
    browser = signed_in(bob)
    with at_most_queries(12):
        shown = read(browser.get("/admin/protection/")).one("main").words
    assert "412 of 420" in shown
    assert "Restorable" in shown


def test_before_the_first_the_page_says_what_a_drill_is(contoso, signed_in, alice):
    browser = signed_in(alice)
    assert "No drill has been made yet" in read(browser.get(HERE)).one("main").words
    assert "No drill has been made yet" in read(browser.get(f"{HERE}drill/")).one("main").words
    assert "operation=restore_drill&frequency=weekly" in browser.get(HERE).text.replace("&amp;", "&")


def test_it_is_started_once_with_the_sample_that_was_asked_for(contoso, signed_in, alice):
    browser = signed_in(alice)
    form = {"sample": "50", "seed": "again"}
    assert "Drill of a restore queued" in browser.post(f"{HERE}drills/", form, headers=SCRIPT).text
    assert "already queued" in browser.post(f"{HERE}drills/", form, headers=SCRIPT).text
    run = OperationRun.everywhere.get(type="restore_drill")
    assert (run.inputs, run.initiator) == ({"sample": 50, "seed": "again"}, alice)


@pytest.mark.parametrize(("sent", "stored"), [("0", 500), ("-3", 500), ("many", 500), ("999999", 2_000), ("", 500)])
def test_a_size_that_is_none_is_the_usual_one(contoso, signed_in, alice, sent, stored):
    signed_in(alice).post(f"{HERE}drills/", {"sample": sent})
    assert OperationRun.everywhere.get(type="restore_drill").inputs["sample"] == stored


def test_sec_02_a_reader_sees_the_figures_and_starts_none(drilled, signed_in, bob):
    browser = signed_in(bob)
    assert 'aria-disabled="true"' in browser.get(HERE).text
    assert browser.post(f"{HERE}drills/").status_code == 403


def test_a_weekly_schedule_is_offered_with_its_fields_filled(contoso, signed_in, alice):
    page = read(signed_in(alice).get("/admin/t/contoso/schedules/new/?operation=restore_drill&frequency=weekly"))
    chosen = [option["value"] for option in page.every("option", selected="")]
    assert {"restore_drill", "weekly"} <= set(chosen)
