"""A backup, as a person meets it: made, found complete, verified, compared and held."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Visits
from tests.web.browser.test_axe import THEMES, assert_nothing_found, assert_nothing_scrolls_sideways
from tests.web.browser.test_operating import ENDED, follow, submit

BACKUPS = "/admin/t/contoso/backups/"


def looked_at(page: Page, screenshots: Path | None, name: str, theme: str = "light") -> None:
    if screenshots:
        page.screenshot(path=screenshots / f"{name}.png", full_page=True)
    assert_nothing_found(page, THEMES[theme])
    assert_nothing_scrolls_sideways(page)


def test_a_backup_is_made_verified_and_held(visit: Visits, screenshots: Path | None):
    page = visit("Olivia", BACKUPS)
    looked_at(page, screenshots, "backups-empty")
    submit(page, "New backup")
    looked_at(page, screenshots, "backup-new")
    page.get_by_label("Name", exact=True).fill("Before the change")
    submit(page, "Start backup")
    follow(page, page.locator(".toast a"))
    page.locator(ENDED).wait_for()
    page.goto(BACKUPS)
    expect(page.locator("tbody tr").first).to_contain_text("Complete")
    looked_at(page, screenshots, "backups")
    follow(page, page.get_by_role("link", name="Before the change"))
    page.get_by_role("button", name="Verify").click()
    follow(page, page.locator(".toast a"))
    page.locator(ENDED).wait_for()
    page.goto(BACKUPS)
    follow(page, page.get_by_role("link", name="Before the change"))
    expect(page.locator("#set-part")).to_contain_text("Intact")
    page.get_by_label("Reason").fill("Audit")
    submit(page, re.compile("^ *Hold$"))
    expect(page.locator("#set-part")).to_contain_text("Audit")
    looked_at(page, screenshots, "backup-set")
    of_set = re.sub(r"^https?://[^/]+", "", page.url)
    for place in ("policies", "picker", "comparison"):
        page.goto(f"{of_set}{place}/")
        looked_at(page, screenshots, f"backup-{place}")
    looked_at(visit("Olivia", of_set, narrow=True, dark=True), screenshots, "backup-set-narrow-dark", "dark")
