"""Operating, as a person meets it: cancel, run again, retry what failed, choose, save a view, keep a schedule."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.web.browser.conftest import INVENTORY, Demo, Visits
from tests.web.browser.test_axe import assert_nothing_found, assert_nothing_scrolls_sideways

OPERATIONS = "/admin/t/contoso/operations/"
ENDED = "#run:not([data-every])"


def looked_at(page: Page, screenshots: Path | None, name: str) -> None:
    if screenshots:
        page.screenshot(path=screenshots / f"{name}.png", full_page=True)
    assert_nothing_found(page)
    assert_nothing_scrolls_sideways(page)


def newest_run(page: Page) -> None:
    page.goto(OPERATIONS)
    page.locator("tbody th a").first.click()
    page.locator(ENDED).wait_for()


def follow(page: Page, what: Locator) -> None:
    """What leads to another page: what comes next must neither cut it off nor look at the page that goes."""
    with page.expect_navigation():
        what.click()


def submit(page: Page, name: "str | re.Pattern[str]") -> None:
    follow(page, page.get_by_role("button", name=name))


def test_a_run_is_cancelled_and_run_again_two_items_are_retried_and_a_view_is_saved(visit: Visits, demo: Demo):
    page = visit("Oscar", INVENTORY)
    known = str(page.locator("tbody th a").first.get_attribute("href")).rstrip("/").rpartition("/")[2]

    with demo.slow_graph(3_000):
        page.get_by_role("button", name="Sync inventory").first.click()
        page.locator(".toast a").click()
        expect(page.locator(".run-state")).to_contain_text("Running")
        page.locator("#cancel-run").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel run").click()
        page.locator(ENDED).wait_for()
        expect(page.locator(".run-state")).to_have_text("Cancelled")

    page.get_by_role("button", name="Run again").click()
    follow_toast(page)
    expect(page.locator(".run-state")).to_have_text("Succeeded")
    expect(page.locator("#run")).to_contain_text("Repeats")

    page.goto(f"{INVENTORY}ignored/?policy={known}&policy=99999998&policy=99999999")
    submit(page, "Ignore 1 policy")
    newest_run(page)
    page.locator("#filter-state").select_option("failed")
    expect(page.locator("#list-count")).to_have_text("2 items")
    page.get_by_role("button", name="Retry failed items").click()
    follow_toast(page)
    expect(page.locator(".run-state")).to_have_text("Failed")
    expect(page.locator("#list-count")).to_have_text("2 items")

    page.goto(OPERATIONS)
    page.locator("#filter-state").select_option("attention")
    page.locator("#filter-type").select_option("bulk_policy_ignore")
    expect(page.locator(".chip")).to_have_count(2)
    filtered = page.url
    page.locator("#save-view-button").press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Bulk failures")
    page.keyboard.press("Enter")
    expect(page.locator("#views-button")).to_contain_text("Bulk failures")
    expect(page.locator("#save-view-button")).to_have_count(0)

    page.goto(OPERATIONS)
    page.locator("#views-button").press("Enter")
    page.get_by_role("dialog", name="Saved views").get_by_role("link", name="Bulk failures").press("Enter")
    expect(page).to_have_url(filtered)
    page.goto(f"{OPERATIONS}views/")
    page.get_by_role("row", name=re.compile("Bulk failures")).get_by_role("link", name="Delete").click()
    submit(page, "Delete view")
    expect(page.get_by_role("main")).to_contain_text("No saved views yet")
    page.goto(f"{INVENTORY}unignored/?policy={known}")
    submit(page, "Stop ignoring 1 policy")
    newest_run(page)


def follow_toast(page: Page) -> None:
    page.locator(".toast a").last.click()
    page.locator(ENDED).wait_for()


def test_the_items_of_a_run_follow_it_and_keep_page_focus_and_place_ux_69(visit: Visits, demo: Demo):
    page = visit("Oscar", INVENTORY)
    with demo.slow_graph(2_000):
        page.get_by_role("button", name="Sync inventory").first.click()
        run = str(page.locator(".toast a").last.get_attribute("href"))
        page.goto(f"{run}?size=25")
        settled = page.locator("#items tbody .badge-success")
        expect(settled).not_to_have_count(0)
        page.evaluate("window.notReloaded = true")
        page.locator("#filter-state").focus()
        before = settled.count()
        expect(settled).not_to_have_count(before)
        expect(page.locator("#filter-state")).to_be_focused()
        assert page.url.endswith("?size=25")
    page.locator(ENDED).wait_for()
    expect(settled).to_have_count(25)
    assert page.evaluate("window.notReloaded"), "the page was reloaded"


def test_rows_are_chosen_and_what_is_chosen_is_forgotten_with_the_filter_ux_15_ux_16(
    visit: Visits, screenshots: Path | None
):
    page = visit("Oscar", f"{INVENTORY}?size=25")
    bar, boxes = page.locator("#bulk"), page.locator("td.pick input")
    expect(bar).to_be_hidden()
    boxes.nth(0).check()
    boxes.nth(1).press("Space")
    expect(bar).to_contain_text("2 selected")
    expect(bar).to_contain_text("0 of 2 are ignored")
    expect(bar.get_by_role("button", name="Stop ignoring")).to_be_disabled()
    page.get_by_role("checkbox", name="All rows of this page").check()
    expect(bar).to_contain_text("25 selected")
    count = page.locator("#list-count").inner_text()
    bar.get_by_role("checkbox", name=f"Select all {count} matching", exact=True).check()
    expect(bar).to_contain_text(f"All {count} selected")
    looked_at(page, screenshots, "chosen")
    page.locator("#filter-platform").select_option("macos")
    expect(page.locator(".chip")).to_have_count(1)
    expect(bar).to_be_hidden()
    expect(page.locator("td.pick input:checked")).to_have_count(0)
    page.get_by_role("checkbox", name="All rows of this page").check()
    bar.get_by_role("button", name="Ignore policies").click()
    expect(page).to_have_url(re.compile(r"/ignored/\?chosen=1&policy=\d+"))
    page.go_back()
    boxes.nth(0).check()
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    expect(page.get_by_role("checkbox", name="All rows of this page")).to_be_focused()


def test_several_waiting_runs_are_cancelled_from_the_list(visit: Visits, demo: Demo, held_sync: str):
    page = visit("Oscar", f"{OPERATIONS}?state=active")
    page.get_by_role("checkbox", name=re.compile("^Inventory sync #")).check()
    page.get_by_role("button", name="Cancel runs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel 1 operation of Contoso?")
    page.get_by_role("button", name="Cancel 1 operation").click()
    expect(page).to_have_url(re.compile(r"\?state=active$"))
    expect(page.locator("#list-count")).to_have_text("0 runs")


def test_two_items_fail_and_are_retried_as_a_run_of_their_own_on_a_telephone(visit: Visits, screenshots: Path | None):
    page = visit("Oscar", INVENTORY, narrow=True)
    known = str(page.locator("tbody th a").first.get_attribute("href")).rstrip("/").rpartition("/")[2]
    page.goto(f"{INVENTORY}ignored/?policy={known}&policy=99999998&policy=99999999")
    page.get_by_label("Reason").fill("Owned by the network team")
    looked_at(page, screenshots, "ignore-narrow")
    submit(page, "Ignore 1 policy")
    newest_run(page)
    expect(page.locator(".run-state").first).to_contain_text("Partially succeeded")
    expect(page.locator("#list-count")).to_have_text("3 items")
    looked_at(page, screenshots, "items-narrow")
    page.get_by_role("button", name="Retry failed items").click()
    page.locator(".toast a").click()
    page.locator(ENDED).wait_for()
    expect(page.locator("#run")).to_contain_text("Repeats")
    page.goto(f"{INVENTORY}unignored/?policy={known}")
    submit(page, "Stop ignoring 1 policy")
    newest_run(page)


def test_a_list_leads_to_the_question_with_its_filters_and_a_run_again_is_linked(visit: Visits):
    page = visit("Oscar", INVENTORY)
    page.locator("#filter-platform").select_option("macos")
    expect(page).to_have_url(re.compile(r"\?platform=macos$"))
    page.get_by_role("checkbox", name="All rows of this page").check()
    page.get_by_role("button", name="Ignore policies").click()
    expect(page).to_have_url(re.compile(r"/ignored/\?chosen=1&policy="))
    submit(page, re.compile("^Ignore "))
    newest_run(page)
    page.get_by_role("button", name="Run again").click()
    page.locator(".toast a").click()
    page.locator(ENDED).wait_for()
    expect(page.locator("#run")).to_contain_text("Repeats")
    page.goto(f"{INVENTORY}unignored/?matching=1&platform=macos")
    submit(page, re.compile("^Stop ignoring "))
    newest_run(page)


def test_a_schedule_is_kept_paused_and_deleted(visit: Visits, screenshots: Path | None):
    page = visit("Oscar", "/admin/t/contoso/schedules/")
    looked_at(page, screenshots, "schedules-empty")
    submit(page, "New schedule")
    looked_at(page, screenshots, "schedule-new")
    page.get_by_label("Name", exact=True).fill("Nightly sync")
    page.get_by_label("How often").select_option("weekly")
    page.get_by_label("Monday").check()
    page.get_by_label("Friday").check()
    page.get_by_label("Time", exact=True).fill("03:30")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Create schedule").click()
    row = page.get_by_role("row", name=re.compile("Nightly sync"))
    expect(row).to_contain_text("Monday and Friday at 03:30 (Europe/Berlin)")
    looked_at(page, screenshots, "schedules")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused")
    follow(page, row.get_by_role("link", name="Delete"))
    looked_at(page, screenshots, "schedule-delete")
    page.get_by_label("Type Nightly sync to confirm").fill("Nightly sync")
    page.get_by_role("button", name="Delete schedule").click()
    expect(page.get_by_role("main")).to_contain_text("No schedules yet")
