"""What a page weighs and how fast it stands still (UX-73, UX-81)."""

import gzip

import pytest

from tests.web.browser.conftest import FIRST_POLICY, Visits

VITALS = """window.vitals = {lcp: 0, cls: 0};
const watch = (type, take) =>
  new PerformanceObserver(list => list.getEntries().forEach(take)).observe({type, buffered: true});
watch('largest-contentful-paint', entry => { vitals.lcp = entry.startTime });
watch('layout-shift', entry => { if (!entry.hadRecentInput) vitals.cls += entry.value });"""
TOO_SMALL = """[...document.querySelectorAll('a, button, select, input')]
  .filter(element => element.checkVisibility())
  .map(element => [element.outerHTML.slice(0, 90), element.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.right > 0 && (box.width < 24 || box.height < 24))
  .map(([html]) => html)"""
# Opens one after the other what is folded, and returns what makes the page wider than its window.
TOO_WIDE_ONCE_OPENED = """[...document.querySelectorAll('details:not([open])')]
  .filter(folded => folded.checkVisibility())
  .filter(folded => {
    folded.open = true;
    const isWide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
    folded.open = false;
    return isWide;
  })
  .map(folded => folded.outerHTML.slice(0, 90))"""
PAGES = [
    "/admin/t/contoso/",
    "/admin/t/contoso/inventory/",
    "/admin/t/contoso/operations/",
    FIRST_POLICY,
]
KILOBYTE = 1024


@pytest.mark.parametrize("path", PAGES)
def test_the_document_stays_within_fifteen_kilobytes_ux_81(look: Visits, path: str):
    page = look("Oscar", path)
    answer = page.request.get(page.url)
    assert len(gzip.compress(answer.body())) <= 15 * KILOBYTE


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_after_it_was_drawn_ux_81(visit: Visits, path: str):
    page = visit("Oscar", path)
    page.add_init_script(VITALS)
    page.reload()
    page.wait_for_timeout(1_000)
    assert page.evaluate("vitals.cls") <= 0.02


def test_files_are_kept_for_ever_and_sent_compressed_ux_81(look: Visits):
    page = look("Oscar", "/admin/")
    style = page.locator("link[rel=stylesheet]").get_attribute("href")
    headers = page.request.get(str(style), headers={"Accept-Encoding": "br"}).headers
    assert "immutable" in headers["cache-control"]
    assert headers["content-encoding"] == "br"


def test_reduced_motion_stops_every_movement_ux_73(visit: Visits, held_sync: str):
    page = visit("Oscar", held_sync, reduced_motion="reduce")
    page.locator("#activity summary").wait_for()
    assert page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length") == 0


@pytest.mark.parametrize("path", [*PAGES, "/admin/", "/admin/operations/", "/admin/notifications/", "/admin/audit/"])
def test_nothing_scrolls_sideways_at_any_width_zoomed_to_200_percent_or_not_ux_19_ux_73(look: Visits, path: str):
    page = look("Olivia", path)
    for width in (320, 390, 640, 768, 1024):  # 640 is what a window of 1280 has at 200 %
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.evaluate(TOO_WIDE_ONCE_OPENED) == [], width


def test_targets_for_fingers_are_large_enough_ux_73(look: Visits):
    page = look("Oscar", "/admin/t/contoso/inventory/", narrow=True)
    small = page.evaluate(TOO_SMALL)
    assert small == []
    assert page.get_by_role("button", name="Sync inventory").first.bounding_box()["height"] >= 44
