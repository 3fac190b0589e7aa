"""The first story of the product, in a browser, with real workers (OPS-20 to OPS-26, SEC-02, UX-30, UX-36, UX-69)."""

import re

from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Demo, Visits

# Eight seconds may be over on a busy machine before both of them were looked at.
TOASTS_STAY = """(() => {
  const real = window.setTimeout;
  window.setTimeout = (act, pause, ...more) => real(act, pause === 8000 ? 1e6 : pause, ...more);
})()"""


def test_an_operator_syncs_twice_follows_the_run_and_is_told_once(visit: Visits, demo: Demo):
    page = visit("Oscar", "/admin/t/contoso/inventory/")
    unread = count_of_bell(page)
    page.evaluate(TOASTS_STAY)
    sync, toasts = page.get_by_role("button", name="Sync inventory").first, page.locator(".toast")

    with demo.slow_graph(2_000):  # the run is under way for as long as somebody looks for it
        with demo.workers.stopped():
            sync.click()
            expect(toasts).to_have_count(1)
            expect(toasts.first).to_contain_text("Inventory sync queued")
            expect(toasts.first).to_contain_text("Running in the background.")
            expect(page.locator("#activity summary")).to_contain_text("1 operation running")
            sync.click()
            expect(toasts).to_have_count(2)
            expect(toasts.last).to_contain_text("Inventory sync already queued")
            expect(toasts.last).to_contain_text("A matching run is already queued or running.")
            links = {toast.get_by_role("link", name="View run").get_attribute("href") for toast in toasts.all()}
            assert len(links) == 1, "both lead to the same run"
            expect(page.locator("#activity a")).to_have_count(1)
            toasts.last.get_by_role("link", name="View run").click()
            expect(page).to_have_url(re.compile(r"/operations/\d+/$"))
            expect(page.locator(".run-state")).to_contain_text("Queued")
            page.evaluate("window.notReloaded = true")
        expect(page.locator(".run-state")).to_contain_text("Running")
    expect(page.locator(".run-state")).to_contain_text("Succeeded")
    expect(page.locator("#activity details")).to_have_count(0)
    assert page.evaluate("window.notReloaded"), "the page was reloaded"

    page.get_by_role("button", name=re.compile("^Notifications")).click()
    first = page.locator("#bell-panel .notice").first
    expect(first).to_contain_text("Inventory sync completed")
    expect_bell(page, unread + 1)
    address = first.get_by_role("link").get_attribute("href")
    with page.expect_navigation(url=re.compile(r"/operations/\d+/$")):
        first.get_by_role("link").click()
    expect_bell(page, unread)
    page.get_by_role("button", name=re.compile("^Notifications")).click()
    expect(page.locator(f"#bell-panel a[href='{address}']")).to_be_visible()
    expect(page.locator(f"#bell-panel .notice-unread a[href='{address}']")).to_have_count(0)


def test_the_reader_finds_the_button_disabled_with_the_reason(visit: Visits):
    page = visit("Rita", "/admin/t/contoso/inventory/")
    button = page.get_by_role("button", name="Sync inventory")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_accessible_description(re.compile("To sync the inventory you need to be"))


def test_the_member_of_fabrikam_gets_404_on_contoso(visit: Visits):
    page = visit("Farid", "/admin/")
    answer = page.goto("/admin/t/contoso/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    expect(page.locator("body")).not_to_contain_text("Contoso")
    visit.errors.clear()  # the console tells of the 404 itself


def test_cancelling_asks_first_and_ends_the_run(visit: Visits, held_sync: str):
    page = visit("Oscar", held_sync)
    opener = page.locator("#cancel-run")
    opener.click()
    dialog = page.get_by_role("dialog", name=re.compile("Cancel Inventory sync of Contoso?"))
    expect(dialog.get_by_role("button", name="Keep running")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Cancel run").click()
    expect(page.locator(".run-state")).to_contain_text("Cancelled")


def count_of_bell(page: Page) -> int:
    shown = page.locator(".bell-count")
    return int(shown.inner_text()) if shown.count() else 0


def expect_bell(page: Page, number: int) -> None:
    expect(page.locator(".bell-count")).to_have_text([str(number)] if number else [])
