"""Reading, filtering, sorting, paging and sending confirmed forms work without script (UX-06)."""

import re

from playwright.sync_api import expect

from tests.web.browser.conftest import Visits


def test_filtering_sorting_and_paging_ux_06(visit: Visits):
    page = visit("Oscar", "/admin/t/contoso/inventory/", script=False)
    page.locator("#filter-q").fill("bit")
    page.locator("#filter-platform").select_option("windows")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"\?q=bit&platform=windows$"))
    page.get_by_role("link", name="Clear filters").click()
    page.locator("#sort-modified").click()
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    page.goto("/admin/t/contoso/inventory/?size=25")
    first = page.locator("tbody th").first.inner_text()
    page.locator("#page-next").click()
    expect(page.locator("tbody th").first).not_to_have_text(first)


def test_a_sync_is_started_shown_and_cancelled_ux_06(visit: Visits, held_sync: str):
    page = visit("Oscar", "/admin/t/contoso/inventory/", script=False)
    page.get_by_role("button", name="Sync inventory").first.click()
    expect(page.locator(".toast")).to_contain_text("Inventory sync already queued")
    page.locator(".toast").get_by_role("link", name="View run").click()
    page.locator("#cancel-run").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel Inventory sync?")
    page.get_by_role("button", name="Cancel run").click()
    expect(page.locator(".run-state")).to_contain_text("Cancelled")


def test_theme_switcher_and_notifications_ux_06(visit: Visits):
    page = visit("Olivia", "/admin/t/contoso/inventory/", script=False)
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name=re.compile("Switch tenant")).click()
    page.locator("#tenants").get_by_role("link", name="All tenants").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tenants")
    page.goto("/admin/notifications/")
    page.locator("tbody th a").first.click()
    expect(page).to_have_url(re.compile(r"/operations/\d+/$"))


def test_a_view_is_saved_opened_and_deleted_and_rows_are_chosen_ux_06(visit: Visits):
    page = visit("Rita", "/admin/t/contoso/operations/", script=False)
    page.locator("#filter-state").select_option("succeeded")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name", exact=True).fill("What worked")
    page.locator("#save-view").get_by_role("button", name="Save view").click()
    page.goto("/admin/t/contoso/operations/")
    page.get_by_role("button", name="All operations").click()
    page.get_by_role("link", name="What worked").click()
    expect(page).to_have_url(re.compile(r"/operations/\?state=succeeded$"))
    page.goto("/admin/t/contoso/operations/views/")
    page.get_by_role("link", name="Delete What worked").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.get_by_role("main")).to_contain_text("No saved views yet")
    page = visit("Oscar", "/admin/t/contoso/inventory/", script=False)
    page.locator("td.pick input").nth(2).check()
    page.get_by_role("button", name="Ignore policies", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ignore 1 policy of Contoso?")
