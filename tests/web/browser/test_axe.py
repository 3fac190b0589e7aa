"""Nothing for the automatic check to find: every page, both themes, both widths, dialogs open (UX-70, UX-19)."""

import itertools
import re
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import FIRST_POLICY, NARROW, WIDE, Visits
from tests.web.browser.settled import wait_until_settled

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
EVERY_RULE = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# A theme changes colors and nothing else: what is not about them was looked at in the other theme.
RULES_OF_COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
THEMES = {"light": EVERY_RULE, "dark": RULES_OF_COLORS}
RUN = "LATEST RUN"
# What fades in is hard to read for a moment. What turns for as long as something is awaited never ends.
STANDS_STILL = """async () => {
  const moves = a => a.playState === 'running' && a.effect.getComputedTiming().endTime !== Infinity;
  const left = () => document.getAnimations().filter(moves);
  while (left().length) await Promise.allSettled(left().map(a => a.finished));
}"""
PAGES = {
    "tenants": ("Olivia", "/admin/"),
    "sync of tenants": ("Olivia", "/admin/syncs/"),
    "overview": ("Oscar", "/admin/t/contoso/"),
    "inventory": ("Oscar", "/admin/t/contoso/inventory/?platform=windows&sort=-modified"),
    "nothing matches": ("Oscar", "/admin/t/contoso/inventory/?q=zzzz"),
    "policy": ("Oscar", FIRST_POLICY),
    "policy runs": ("Oscar", FIRST_POLICY + "?tab=runs"),
    "operations": ("Oscar", "/admin/t/contoso/operations/?state=succeeded&who=nonsense"),
    "statistics": ("Oscar", "/admin/t/contoso/operations/statistics/"),
    "saved views": ("Oscar", "/admin/t/contoso/operations/views/"),
    "operations of all": ("Olivia", "/admin/operations/"),
    "run": ("Oscar", RUN),
    "notifications": ("Olivia", "/admin/notifications/"),
    "audit log": ("Olivia", "/admin/t/contoso/audit/"),
    "members": ("Olivia", "/admin/t/contoso/members/"),
    "search": ("Oscar", "/admin/search/?q=a"),
    "protection": ("Oscar", "/admin/t/contoso/protection/"),
    "system": ("Pat", "/system/"),
    "reader": ("Rita", "/admin/t/contoso/"),
    "connection": ("Olivia", "/admin/t/contoso/connection/"),
    "schedules": ("Oscar", "/admin/t/contoso/schedules/"),
    "account": ("Oscar", "/admin/account/"),
    "own password": ("Oscar", "/auth/password/"),
    "second factor": ("Oscar", "/auth/2fa/device/"),
    "people": ("Olivia", "/admin/people/"),
    "signing out": ("Oscar", "/auth/logout/"),
}
OPENERS = {
    "command palette": lambda page: page.keyboard.press("Control+k"),
    "shortcuts": lambda page: page.keyboard.press("Shift+?"),
    "switcher": lambda page: page.get_by_role("button", name=re.compile("Switch tenant")).click(),
    "bell": lambda page: page.get_by_role("button", name=re.compile("^Notifications")).click(),
    "theme": lambda page: page.get_by_role("button", name="Theme").click(),
    "account": lambda page: page.get_by_role("button", name="Account").click(),
    "save view": lambda page: (
        page.goto("/admin/t/contoso/operations/?state=succeeded"),
        page.locator("#save-view-button").click(),
    ),
    "policy types": lambda page: page.get_by_role("button", name="Choose policy types").click(),
}


@pytest.mark.parametrize("name", PAGES)
def test_on_pages_in_both_themes_and_widths_ux_19_ux_70(look: Visits, screenshots: Path | None, name: str):
    person, path = PAGES[name]
    page = look(person, "/admin/t/contoso/operations/" if path == RUN else path, reduced_motion="reduce")
    if path == RUN:
        page.locator("tbody th a").first.click()
        page.locator("#run").wait_for()
    for size, theme in itertools.product((WIDE, NARROW), THEMES):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        if screenshots:
            page.screenshot(path=screenshots / f"{name}-{theme}-{size['width']}.png")
        assert_nothing_found(page, THEMES[theme])
        assert_nothing_scrolls_sideways(page)


@pytest.mark.parametrize("name", OPENERS)
def test_with_something_open_ux_70(look: Visits, name: str):
    page = look("Oscar", "/admin/t/contoso/")
    OPENERS[name](page)
    page.wait_for_load_state()
    page.locator("dialog[open], :popover-open").first.wait_for()
    assert_nothing_found_in_both_themes(page)


@pytest.mark.parametrize("narrow", [False, True], ids=["1280", "390"])
def test_while_a_run_is_active_with_its_dialog_and_a_toast_ux_70(visit: Visits, held_sync: str, narrow: bool):
    page = visit("Oscar", held_sync, narrow=narrow)
    page.locator("#activity summary").wait_for()
    assert_nothing_found_in_both_themes(page)
    page.locator("#cancel-run").click()
    assert_nothing_found_in_both_themes(page)
    page.keyboard.press("Escape")
    page.goto("/admin/t/contoso/inventory/")
    page.get_by_role("button", name="Sync inventory").first.click()
    page.locator(".toast").hover()  # so that it stays
    assert_nothing_found_in_both_themes(page)


def test_on_the_menu_of_narrow_screens_ux_70(visit: Visits):
    page = visit("Oscar", "/admin/t/contoso/", narrow=True)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("dialog", name="Menu").wait_for()
    assert_nothing_found_in_both_themes(page)


@pytest.mark.parametrize("path", ["/auth/login/", "/auth/login/?next=/admin/&ended=form", "/auth/link/forged/"])
def test_before_anybody_is_signed_in_ux_70(visit: Visits, screenshots: Path | None, path: str):
    visit.sessions = {**visit.sessions, "Nobody": {"cookies": [], "origins": []}}
    page = visit("Nobody", path)
    if screenshots:
        page.screenshot(path=screenshots / f"entry-{path.rpartition('=')[2].replace('/', '')}.png")
    assert_nothing_found_in_both_themes(page)
    visit.errors[:] = [error for error in visit.errors if "410" not in error]


def test_a_code_for_cameras_is_dark_on_light_in_both_themes_ux_70(visit: Visits):
    page = visit("Oscar", "/auth/2fa/device/")
    code = page.get_by_alt_text("Code to scan")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert code.evaluate("code => getComputedStyle(code).backgroundColor") == "rgb(255, 255, 255)"


def assert_nothing_found_in_both_themes(page: Page) -> None:
    for theme, rules in THEMES.items():
        page.emulate_media(color_scheme=theme)
        assert_nothing_found(page, rules)


def assert_nothing_found(page: Page, rules: dict[str, Any] = THEMES["light"]) -> None:
    wait_until_settled(page)
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.evaluate(STANDS_STILL)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []


def assert_nothing_scrolls_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
