"""What script adds: lists in place, keys, theme, live parts (UX-12 to UX-14, UX-37, UX-43, UX-67, UX-71)."""

import re
from datetime import datetime
from itertools import product

from playwright.sync_api import Page, Route, expect

from tests.web.browser.conftest import Demo, Visits
from tests.web.browser.page_clock import control_time, let_time_pass, time_standing_still

INVENTORY = "/admin/t/contoso/inventory/"
SHOWS_FOCUS = """(() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
})()"""
COVERED = """(way) => {
  const side = document.querySelector("nav.side"), links = [...side.querySelectorAll("a")];
  side.scrollTop = side.scrollHeight;
  const covered = (link) => {
    if (way === "focus") { side.scrollTop = 0; link.focus(); }
    const { x, y, width, height } = link.getBoundingClientRect();
    return !link.contains(document.elementFromPoint(x + width / 2, y + height - 2));
  };
  return (way === "focus" ? links : links.slice(-1)).filter(covered).map((link) => link.textContent.trim());
}"""
"""The links of the navigation that something covers: once each has the focus, or the last one at its end."""


class TestLists:
    def test_typing_searches_after_a_pause_and_keeps_the_focus_ux_12_ux_14(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        asked = requests_of(page, INVENTORY)
        before = page.locator("#list-count").inner_text()
        page.locator("#filter-q").click()
        with time_standing_still(page):
            page.keyboard.type("bitlocker")
            assert asked == []
            page.clock.run_for(300)
        expect(page).to_have_url(re.compile(r"\?q=bitlocker$"))
        expect(page.locator("#list-count")).not_to_have_text(before)
        expect(page.locator("#filter-q")).to_be_focused()
        page.keyboard.press("Tab")
        assert len(asked) == 1, asked

    def test_a_filter_applies_at_once_and_its_chip_takes_it_back_ux_12(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        page.locator("#filter-platform").select_option("macos")
        expect(page).to_have_url(re.compile(r"\?platform=macos$"))
        chip = page.locator(".chip")
        expect(chip).to_contain_text("Platform: macOS")
        chip.click()
        expect(page).to_have_url(re.compile(f"{INVENTORY}$"))
        expect(page.locator("#filter-platform")).to_have_value("")

    def test_back_shows_what_was_there_before_ux_05(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        page.locator("#filter-platform").select_option("macos")
        expect(page.locator(".chip")).to_have_count(1)
        page.get_by_role("link", name="Clear filters").click()
        expect(page.locator(".chip")).to_have_count(0)
        page.go_back()
        expect(page).to_have_url(re.compile(r"\?platform=macos$"))
        expect(page.locator(".chip")).to_contain_text("macOS")
        expect(page.locator("#filter-platform")).to_have_value("macos")

    def test_sorting_keeps_the_focus_on_the_heading_ux_13_ux_14(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        page.locator("#sort-modified").focus()
        page.keyboard.press("Enter")
        expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
        expect(page.locator("#sort-modified")).to_be_focused()

    def test_pages_follow_each_other_ux_11(self, visit: Visits):
        page = visit("Oscar", f"{INVENTORY}?size=25")
        first = page.locator("tbody th").first.inner_text()
        page.locator("#page-next").click()
        expect(page.locator("tbody th").first).not_to_have_text(first)
        page.locator("#page-previous").click()
        expect(page.locator("tbody th").first).to_have_text(first)

    def test_a_slow_answer_shows_that_it_is_awaited_ux_42(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        held: list[Route] = []
        page.route("**/inventory/?platform=macos", lambda route: held.append(route))
        page.locator("#filter-platform").select_option("macos")
        expect(page.locator("#list")).to_have_attribute("aria-busy", "true")
        held.pop().continue_()
        expect(page.locator(".chip")).to_have_count(1)
        expect(page.locator("#list")).not_to_have_attribute("aria-busy", "true")

    def test_a_server_that_is_gone_is_said_in_place_ux_35(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        page.route("**/inventory/?platform=macos", lambda route: route.abort())
        page.locator("#filter-platform").select_option("macos")
        expect(page.locator("#page-error")).to_contain_text("TenantPilot cannot be reached")
        visit.errors.clear()  # the console tells of the failed request itself

    def test_the_exact_time_shows_while_the_row_has_the_focus_ux_18(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        exact = "getComputedStyle(document.querySelector('tbody tr .time'), '::after').display"
        assert page.evaluate(exact) == "none"
        page.locator("tbody th a").first.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert page.evaluate(exact) == "block"


class TestKeys:
    def test_slash_focuses_the_search_of_the_page_ux_71(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        page.keyboard.press("/")
        expect(page.locator("#filter-q")).to_be_focused()

    def test_g_and_a_letter_go_places_but_not_inside_a_field_ux_71(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        page.locator("#filter-q").focus()
        page.keyboard.type("gr")
        expect(page.locator("#filter-q")).to_have_value("gr")
        page.locator("h1").click()
        page.clock.set_fixed_time(datetime.now())  # a busy machine may take longer than a hand
        page.keyboard.press("g")
        page.keyboard.press("r")
        expect(page).to_have_url(re.compile("/admin/t/contoso/operations/$"))

    def test_single_keys_can_be_turned_off_and_the_palette_stays_ux_71(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        page.keyboard.press("Shift+?")
        with page.expect_response("**/preferences/**"):
            page.get_by_role("button", name="Single keys off").click()
        expect(page.locator("body")).to_have_attribute("data-keys", "off")
        page.keyboard.press("Escape")
        page.reload()
        page.keyboard.press("/")
        expect(page.locator("#filter-q")).not_to_be_focused()
        page.keyboard.press("Control+k")
        expect(page.locator("#palette")).to_be_visible()

    def test_the_palette_finds_a_policy_and_enter_opens_it_ux_71(self, visit: Visits):
        page = visit("Oscar", "/admin/t/contoso/")
        page.keyboard.press("Control+k")
        options = page.locator("#palette [role=option]")
        expect(options.first).to_contain_text("Overview")
        page.keyboard.type("bitlocker")
        expect(options.first).to_contain_text(re.compile("bitlocker", re.IGNORECASE))
        further = min(1, options.count() - 1)
        name = options.nth(further).locator(".option-words > span").first.inner_text()
        for _ in range(further):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)

    def test_the_skip_link_is_first_and_leads_to_main_ux_01_ux_71(self, visit: Visits):
        page = visit("Oscar", "/admin/t/contoso/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()

    def test_everything_that_can_be_reached_shows_that_it_has_the_focus_ux_71(self, visit: Visits):
        page = visit("Oscar", INVENTORY)
        for _ in range(30):
            page.keyboard.press("Tab")
            seen = page.evaluate(SHOWS_FOCUS)
            assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


class TestTheme:
    def test_changes_at_once_and_stays_ux_80(self, visit: Visits):
        page = visit("Oscar", "/admin/t/contoso/")
        page.get_by_role("button", name="Theme").click()
        with page.expect_response("**/preferences/**"):
            page.get_by_role("button", name="Dark").click()
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    def test_changes_back_when_the_server_refuses_ux_37(self, visit: Visits):
        page = visit("Oscar", "/admin/t/contoso/")
        page.route("**/preferences/theme/", lambda route: route.abort())
        page.get_by_role("button", name="Theme").click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
        visit.errors.clear()  # the console tells of the failed request itself


def times_asked_after_the_end(visit: Visits, address: str) -> int:
    """Return the number of times the page asks for itself when the widget shows no run any more."""
    page, asked = visit("Olivia", address), []
    page.locator("#activity .activity-run").first.wait_for()
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(address) else None)
    nothing = page.evaluate("""() => {
      const part = document.getElementById('activity').cloneNode(true);
      for (const run of part.querySelectorAll('.activity-run')) run.remove();
      return part.outerHTML;
    }""")
    page.route("**/activity/**", lambda route: route.fulfill(status=200, content_type="text/html", body=nothing))
    expect(page.locator("#activity .activity-run")).to_have_count(0)
    page.wait_for_timeout(300)
    return len(asked)


class TestLiveParts:
    def test_an_unchanged_poll_touches_nothing_and_keeps_focus_ux_67(self, visit: Visits, held_sync: str):
        page = visit("Oscar", "/admin/t/contoso/inventory/")
        link = page.locator("#activity a").first
        link.focus()
        page.evaluate("document.querySelector('#activity a').mark = 1")
        with page.expect_response(lambda answer: "/activity/" in answer.url) as answer:
            page.wait_for_timeout(100)
        assert answer.value.status == 304
        assert page.evaluate("document.querySelector('#activity a').mark") == 1
        expect(link).to_be_focused()

    def test_a_page_of_a_tenant_is_asked_for_again_only_when_a_run_of_it_has_ended(self, visit: Visits, held_sync: str):
        """The held sync is Contoso's."""
        asked = {
            slug: times_asked_after_the_end(visit, f"/admin/t/{slug}/schedules/") for slug in ("contoso", "fabrikam")
        }
        assert asked == {"contoso": 1, "fabrikam": 0}

    def test_the_widget_never_covers_the_page_on_wide_screens_ux_64(self, visit: Visits, held_sync: str):
        page = visit("Oscar", "/admin/t/contoso/inventory/")
        page.locator("#activity details").wait_for()
        widget, main = page.locator("#activity").bounding_box(), page.locator("#main").bounding_box()
        assert widget is not None
        assert main is not None
        assert widget["x"] + widget["width"] <= main["x"]

    def test_it_covers_no_link_of_the_navigation_ux_64(self, visit: Visits, held_sync: str):
        page = visit("Olivia", "/admin/t/contoso/inventory/")
        page.locator("#activity-fold").wait_for()
        covered = {}
        for height, state, way in product([720, 480], ["open", "folded", "paused"], ["end", "focus"]):
            page.set_viewport_size({"width": 1280, "height": height})
            page.evaluate(f"document.getElementById('activity-fold').open = {str(state != 'folded').lower()}")
            page.evaluate(f"document.querySelector('[data-paused]').hidden = {str(state != 'paused').lower()}")
            covered[height, state, way] = page.evaluate(COVERED, way)
        assert {case: links for case, links in covered.items() if links} == {}

    def test_folding_is_remembered_ux_64(self, visit: Visits, held_sync: str):
        page = visit("Oscar", "/admin/t/contoso/inventory/")
        fold = page.locator("#activity details")
        expect(fold).to_have_attribute("open", "")
        page.locator("#activity summary").click()
        page.reload()
        expect(fold).to_be_attached()
        expect(fold).not_to_have_attribute("open", "")

    def test_on_narrow_screens_it_is_a_pill_ux_64(self, visit: Visits, held_sync: str):
        page = visit("Oscar", "/admin/t/contoso/inventory/", narrow=True)
        expect(page.locator("#activity summary")).to_contain_text("1 operation running")
        expect(page.locator("#activity details")).not_to_have_attribute("open", "")

    def test_elapsed_time_ticks_without_asking_ux_66(self, visit: Visits, held_sync: str):
        page = visit("Oscar", held_sync)
        page.route(f"**{held_sync}*", lambda route: None)  # whoever asks now is never answered
        clock = page.locator(".run-progress time[data-since]")
        before = clock.inner_text()
        expect(clock).not_to_have_text(before)

    def test_a_server_that_is_gone_pauses_the_updates_and_says_so_ux_43(self, visit: Visits, held_sync: str):
        page = visit("Oscar", "/admin/t/contoso/inventory/")
        control_time(page)
        page.route("**/admin/activity/", lambda route: route.abort())
        paused = page.get_by_text("Live updates paused. Retrying…")
        let_time_pass(page, paused.is_visible)
        expect(page.locator("#activity summary")).to_contain_text("1 operation running")
        page.unroute("**/admin/activity/")
        let_time_pass(page, paused.is_hidden)
        visit.errors.clear()  # the console tells of the failed requests itself

    def test_a_session_that_ended_leads_to_the_sign_in_page_and_back_ux_43(self, visit: Visits, held_sync: str):
        page = visit("Oscar", "/admin/t/contoso/inventory/?platform=macos")
        control_time(page)
        page.context.clear_cookies()
        let_time_pass(page, lambda: "/auth/login/?next=" in page.url)
        assert "platform%3Dmacos" in page.url
        visit.errors.clear()  # the console tells of the 401 itself

    def test_the_overview_tells_of_the_ending_without_a_reload(self, visit: Visits, demo: Demo):
        page = visit("Farid", "/admin/t/fabrikam/")
        page.evaluate("window.notReloaded = true")
        recent = page.locator(".runs li")
        before = recent.first.get_attribute("id")
        page.get_by_role("button", name="Sync inventory").first.click()
        expect(recent.first).not_to_have_id(str(before))
        expect(recent.first).to_contain_text("Succeeded")
        assert page.evaluate("window.notReloaded")


def requests_of(page: Page, path: str) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if path in request.url else None)
    return asked
