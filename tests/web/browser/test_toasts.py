"""What a toast says and how long it stays (UX-62, UX-63)."""

from playwright.sync_api import expect

from tests.web.browser.conftest import Visits
from tests.web.browser.page_clock import control_time


def test_words_are_spoken_by_an_element_that_was_there_before_ux_63(visit: Visits, held_sync: str):
    page = visit("Oscar", "/admin/t/contoso/")
    page.evaluate("document.getElementById('toast-status').mark = 1")
    page.get_by_role("button", name="Sync inventory").first.click()
    expect(page.locator("#toast-status")).to_contain_text("Inventory sync already queued")
    assert page.evaluate("document.getElementById('toast-status').mark") == 1


def test_a_toast_goes_after_eight_seconds_but_not_while_it_is_hovered_ux_62(visit: Visits, held_sync: str):
    page = visit("Oscar", "/admin/t/contoso/")
    control_time(page)
    page.get_by_role("button", name="Sync inventory").first.click()
    toast = page.locator(".toast")
    toast.hover()
    page.clock.run_for(9_000)
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(9_000)
    expect(toast).to_have_count(0)


def test_a_repeated_one_replaces_its_twin_and_it_can_be_dismissed_ux_62(visit: Visits, held_sync: str):
    page = visit("Oscar", "/admin/t/contoso/")
    button, toast = page.get_by_role("button", name="Sync inventory").first, page.locator(".toast")
    for _ in range(3):
        with page.expect_response("**/syncs/"):
            button.click()
    expect(toast).to_have_count(1)
    expect(button).to_be_focused()
    toast.hover()  # by itself it does not go now
    toast.get_by_role("button", name="Dismiss").click()
    expect(toast).to_have_count(0)
